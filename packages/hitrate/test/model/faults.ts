/** What may befall an L2 in a schedule. */
import type { ChaosL2 } from 'hitrate/testing'
import type { Chance } from './chance.ts'
import type { WatchedServer } from './watched-server.ts'
import { NAMES, TAGS } from './work.ts'

/** Of one process's way to it. */
export const FAULTS: Readonly<Record<string, (chaos: ChaosL2, chance: Chance) => void>> = {
  'goes down': (chaos) => chaos.down(),
  'is up again': (chaos, chance) => chaos.up({ serverChanged: chance.oneIn(4) }),
  freezes: (chaos) => chaos.freeze(),
  'freezes one way': (chaos) => chaos.freeze({ oneWay: true }),
  thaws: (chaos) => chaos.thaw(),
  'thaws, and has lost what was sent': (chaos) => chaos.thaw({ carryOut: false }),
  'is slow': (chaos, chance) => chaos.delay(() => (chance.oneIn(3) ? chance.upTo(500) : chance.upTo(40))),
  'is near': (chaos, chance) => chaos.delay(() => chance.upTo(30)),
  'is not so near': (chaos, chance) => chaos.delay(() => 20 + chance.upTo(30)),
  'is fast': (chaos) => chaos.delay(0),
  'fails now and then': (chaos, chance) => chaos.fail(() => chance.oneIn(3)),
  'fails always': (chaos) => chaos.fail(1),
  'loses replies': (chaos, chance) => chaos.loseReplies(() => chance.oneIn(4)),
  'is out of memory': (chaos) => chaos.refuseWrites('OOM'),
  'is read only': (chaos) => chaos.refuseWrites('READONLY'),
  'damages entries': (chaos, chance) => chaos.corrupt(() => chance.oneIn(3)),
  'tells late': (chaos, chance) => chaos.delayPushes(chance.upTo(1_000)),
  'tells at once': (chaos) => chaos.delayPushes(0),
  'tells what is not so': (chaos, chance) =>
    chaos.push(
      chance.oneOf([
        { kind: 'everything' } as const,
        { kind: 'entry', key: chance.oneOf(NAMES) } as const,
        { kind: 'marker', name: chance.oneOf(['', ...TAGS]) } as const,
      ]),
    ),
  heals: (chaos) => chaos.heal(),
}

/** Of what it holds; what is lost with its links is in `restarts`. */
export const LOSSES: Readonly<Record<string, (server: WatchedServer, chance: Chance) => void>> = {
  'is flushed': (server) => server.flush(),
  'evicts a key': (server, chance) => server.evict(chance.oneOf(NAMES)),
  'evicts a marker': (server, chance) => server.evictMarker(chance.oneOf(['', ...TAGS])),
  'is saved': (server) => server.snapshot(),
}
