import type { Race } from '../race.ts'
import { l1Hit } from './l1-hit.ts'
import { l1Million } from './l1-million.ts'
import { l2Hit } from './l2-hit.ts'
import { l2HitAlone } from './l2-hit-alone.ts'
import { recording } from './recording.ts'

/** What the processes of entrants know too. */
export const RACES: readonly Race[] = [l1Hit, l1Million, recording, l2Hit, l2HitAlone]
