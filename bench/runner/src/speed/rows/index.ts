import { type Row, rowOf } from '../row.ts'
import { allocation } from './allocation.ts'
import { http } from './http.ts'
import { memory } from './memory.ts'
import { monitor } from './monitor.ts'
import { RACES } from './races.ts'

export const ROWS: readonly Row[] = [...RACES.map(rowOf), allocation, http, monitor, memory]
