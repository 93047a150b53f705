/** Keys that are left in the map, at the most, after what they held has gone. */
const MOST_LEFT = 256

/**
 * A map of what is in flight, by key: it holds nothing, then one or a hundred, then nothing again. A `Map` of V8 (14.6) that
 * is emptied makes itself smaller tables, step by step, and larger ones when it is filled again: for one lookup over L2 at
 * a time that was a seventh of its time. So the first lies in fields, and the others leave their keys behind. No key is
 * empty.
 */
export class ByKey<T> {
  #key = ''
  #value: T | undefined
  #others = new Map<string, T | undefined>()
  /** Of the others. */
  #held = 0

  get size(): number {
    return this.#held + (this.#key === '' ? 0 : 1)
  }

  get(key: string): T | undefined {
    return key === this.#key ? this.#value : this.#others.get(key)
  }

  set(key: string, value: T): void {
    if (key === this.#key) this.#value = value
    else {
      const had = this.#others.get(key) !== undefined
      if (!had && this.#key === '') {
        this.#key = key
        this.#value = value
      } else {
        this.#others.set(key, value)
        if (!had) this.#held++
      }
    }
  }

  delete(key: string): void {
    if (key === this.#key) {
      this.#key = ''
      this.#value = undefined
    } else if (this.#others.get(key) !== undefined) {
      this.#others.set(key, undefined)
      this.#held--
      if (this.#others.size - this.#held > MOST_LEFT) this.#clean()
    }
  }

  *[Symbol.iterator](): Iterator<[string, T]> {
    if (this.#value !== undefined) yield [this.#key, this.#value]
    for (const [key, value] of this.#others) if (value !== undefined) yield [key, value]
  }

  #clean(): void {
    const held = new Map<string, T | undefined>()
    for (const [key, value] of this.#others) if (value !== undefined) held.set(key, value)
    this.#others = held
  }
}
