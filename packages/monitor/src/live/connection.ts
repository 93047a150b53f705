/** The connection of an answer that stays open. */
export interface Connection {
  /** Whether the server still takes requests: one that is closing waits for its open answers. */
  readonly serving: boolean
  /** Ends it at once, whatever is still to be sent. */
  destroy(): void
}
