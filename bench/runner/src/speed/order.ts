import type { RedisAddress } from '../subject.ts'
import type { Turn } from './turn.ts'

/** What a runner's process is asked, as JSON; each order gets one answer. */
export type Order =
  | { readonly do: 'prepare'; readonly who: Who; readonly redis?: RedisAddress }
  | { readonly do: 'turn'; readonly milliseconds: number }
  | { readonly do: 'check' }

/** By name, since functions can't be sent. */
export interface Who {
  readonly race: string
  readonly trial: string
  readonly entrant: string
}

export type Answer =
  | { readonly did: 'prepare'; readonly setUp: string }
  | { readonly did: 'turn'; readonly turn: Turn }
  | { readonly did: 'check' }
  | { readonly did: 'fail'; readonly error: string }
