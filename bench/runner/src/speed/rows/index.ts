import type { Row } from '../row.ts'
import { rowOf } from '../row.ts'
import { RACES } from './races.ts'

export const ROWS: readonly Row[] = RACES.map(rowOf)
