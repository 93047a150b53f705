/** A request that was not answered as asked. */
export class Problem extends Error {
  /** HTTP's status; 0: no answer came. */
  readonly status: number

  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }

  /** Nobody could be asked, as opposed to an answer that says no. */
  get isDisconnection(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 504
  }
}
