import { setTimeout as sleep } from 'node:timers/promises'
import type { Ledger } from './ledger.ts'
import type { OriginOptions } from './messages.ts'

/** A value, which tells its birth. */
export interface Value {
  readonly id: string
  readonly key: string
}

/**
 * The database behind the cache. Every answer is a value of its own that stands for what the database held when the load
 * began, so it is one database for all processes without asking anybody.
 */
export interface Origin {
  become(changes: Partial<OriginOptions>): void
  readonly takes: number
  load(key: string): Promise<Value>
}

export function createOrigin(options: OriginOptions, ledger: Ledger): Origin {
  let now = options
  return {
    become(changes) {
      now = { ...now, ...changes }
    },
    get takes() {
      return now.takes
    },
    async load(key) {
      const birth = ledger.born('load', key)
      ledger.load(birth, 'begun')
      if (now.takes > 0) await sleep(now.takes, undefined, { ref: false })
      ledger.load(birth, 'over')
      if (now.fails) throw new Error('the origin is down')
      return { id: birth.id, key }
    },
  }
}
