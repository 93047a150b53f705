/** The connection of a request and its answer. */
export interface Connection {
  /** Whether the server still takes requests: one that is closing waits for its open answers. */
  readonly serving: boolean
  /** Whether the request's body is still on its way. Absent: not known. */
  readonly receiving?: boolean | undefined
  /** Ends it at once, whatever is still to be sent. */
  destroy(): void
  /** Takes no more of the request's body from the system, and ends when the answer is sent. Absent: it can't. */
  refuseRest?(): void
}
