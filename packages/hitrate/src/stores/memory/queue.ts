import type { Bytes } from '../../units.ts'

/** What can stand in a queue; in one at a time. */
export interface Queued<T> {
  before: T | undefined
  after: T | undefined
}

/** First in, first out, and out of the middle too. */
export class Queue<T extends Queued<T>> {
  readonly #weigh: (item: T) => Bytes
  #first: T | undefined
  #last: T | undefined
  #size = 0
  #weight: Bytes = 0

  /** @param weigh what an item takes of the room there is; the same while it stands in the queue */
  constructor(weigh: (item: T) => Bytes) {
    this.#weigh = weigh
  }

  get size(): number {
    return this.#size
  }

  get weight(): Bytes {
    return this.#weight
  }

  push(item: T): void {
    item.before = this.#last
    item.after = undefined
    if (this.#last === undefined) this.#first = item
    else this.#last.after = item
    this.#last = item
    this.#size++
    this.#weight += this.#weigh(item)
  }

  remove(item: T): void {
    if (item.before === undefined) this.#first = item.after
    else item.before.after = item.after
    if (item.after === undefined) this.#last = item.before
    else item.after.before = item.before
    item.before = undefined
    item.after = undefined
    this.#size--
    this.#weight -= this.#weigh(item)
  }

  shift(): T | undefined {
    const first = this.#first
    if (first !== undefined) this.remove(first)
    return first
  }
}
