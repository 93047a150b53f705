import type { RedisAddress } from '../../subject.ts'
import type { Turn } from '../turn.ts'

/** What an entrant's process is asked, as JSON. */
export type EntrantOrder =
  | { readonly do: 'prepare'; readonly who: Who; readonly redis?: RedisAddress }
  | { readonly do: 'turn'; readonly milliseconds: number }
  | { readonly do: 'check' }

/** By name, since functions can't be sent. */
export interface Who {
  readonly race: string
  readonly trial: string
  readonly entrant: string
}

export interface EntrantAnswer {
  /** To `prepare`: what was set. */
  readonly setUp?: string
  readonly turn?: Turn
}
