import type { Abuse } from './abuse.ts'
import { bodies } from './bodies.ts'
import { fuzz } from './fuzz.ts'
import { sites } from './sites.ts'
import { slow } from './slow.ts'
import { streams } from './streams.ts'
import { tokens } from './tokens.ts'

const EACH = { tokens, sites, slow, fuzz, streams, bodies } as const

const all: Abuse = {
  about: 'all of it at once',
  expected: Object.values(EACH).flatMap(({ expected }) => expected),
  begin(target, tally) {
    const abusing = Object.values(EACH).map((abuse) => abuse.begin(target, tally))
    return {
      async stop() {
        await Promise.all(abusing.map((one) => one.stop()))
      },
    }
  },
}

/** In the order of the table. */
export const ABUSES: Readonly<Record<AbuseName, Abuse>> = { ...EACH, all }
export type AbuseName = keyof typeof EACH | 'all'
