/** Abuses a server, alone in its process. */
import { setTimeout as wait } from 'node:timers/promises'
import { answerOrders } from '../../speed/asked-process.ts'
import type { Target } from '../abuses/abuse.ts'
import { ABUSES, type AbuseName } from '../abuses/index.ts'
import { createTally, type Tallied } from '../abuses/tally.ts'

export interface AbuserOrder {
  readonly abuse: AbuseName
  readonly target: Target
  readonly milliseconds: number
}

answerOrders<AbuserOrder, Tallied>(async ({ abuse, target, milliseconds }) => {
  const tally = createTally()
  const abusing = ABUSES[abuse].begin(target, tally)
  await wait(milliseconds)
  await abusing.stop()
  return tally.found
})
