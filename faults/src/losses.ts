import type { RedisServer } from '@hitrate/test-support'
import type { Network } from './network.ts'

/** How a primary is lost, and how it comes back. */
export interface Loss {
  readonly what: string
  strike(primary: RedisServer, network: Network): Promise<void> | void
  heal(primary: RedisServer, network: Network): Promise<void> | void
}

export const LOSSES: readonly Loss[] = [
  { what: 'killed', strike: (primary) => primary.kill(), heal: (primary) => primary.restart() },
  { what: 'frozen', strike: (primary) => primary.freeze(), heal: (primary) => primary.thaw() },
  {
    what: 'cut from the network',
    strike: (primary, network) => network.cutOff(primary),
    heal: (primary, network) => network.rejoin(primary),
  },
]
