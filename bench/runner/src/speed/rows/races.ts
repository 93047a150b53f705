import type { Race } from '../race.ts'
import { l1Hit } from './l1-hit.ts'
import { l1Million } from './l1-million.ts'
import { l2GetMany } from './l2-get-many.ts'
import { l2Hit } from './l2-hit.ts'
import { l2HitAlone } from './l2-hit-alone.ts'
import { l2Miss } from './l2-miss.ts'
import { l2SetMany } from './l2-set-many.ts'
import { recording } from './recording.ts'

/** What the processes of entrants know too. */
export const RACES: readonly Race[] = [
  l1Hit,
  l1Million,
  recording,
  l2Hit,
  l2HitAlone,
  l2GetMany,
  l2SetMany,
  l2Miss,
]
