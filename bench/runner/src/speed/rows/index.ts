import { type Row, rowOf } from '../row.ts'
import { allocation } from './allocation.ts'
import { footprint } from './footprint.ts'
import { http } from './http.ts'
import { memory } from './memory.ts'
import { monitor } from './monitor.ts'
import { RACES } from './races.ts'
import { redisCommands } from './redis-commands.ts'

export const ROWS: readonly Row[] = [
  ...RACES.map(rowOf),
  allocation,
  http,
  monitor,
  memory,
  footprint,
  redisCommands,
]

/** In the suite's order. Throws where a name is not one of a row. */
export function chosenRows(names: readonly string[] | undefined): readonly Row[] {
  const unknown = names?.find((given) => ROWS.every(({ name }) => name !== given))
  if (unknown !== undefined) {
    const accepted = ROWS.map(({ name }) => name).join(', ')
    throw new Error(`--only: no row is called ${JSON.stringify(unknown)}; accepted: ${accepted}`)
  }
  return ROWS.filter(({ name }) => names?.includes(name) ?? true)
}
