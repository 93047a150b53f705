import { startRedis } from '@hitrate/test-support'
import { spreadOf } from '../../spread.ts'
import { askOnce } from '../asked-process.ts'
import type { FootprintFound, FootprintOrder, Thing } from '../children/footprint.ts'
import type { Figure } from '../results.ts'
import type { Row } from '../row.ts'

const CHILD = new URL('../children/footprint.ts', import.meta.url)
const TIMES = 3
const NAMES: Readonly<Record<Thing, string>> = {
  code: 'code of hitrate and hitrate/redis, with node-redis, loaded once',
  cache: 'an idle cache in memory',
  cacheWithRedis: 'an idle cache over Redis, with its connection',
  patterns: 'a pattern used for a minute',
  fullPatterns: 'a pattern used all through 24 h',
}

const title = 'Memory of a process'

export const footprint: Row = {
  name: 'footprint',
  title,
  guarded: false,
  measure: async () => {
    await using server = await startRedis()
    const redis = { host: '127.0.0.1', port: server.port, url: server.url }
    const figures: Figure[] = []
    for (const [thing, name] of entriesOf(NAMES)) {
      const bytes: number[] = []
      for (let time = 0; time < TIMES; time++) {
        bytes.push((await askOnce<FootprintOrder, FootprintFound>(CHILD, { thing, redis })).bytes)
      }
      figures.push({ name, bytes: spreadOf(bytes) })
    }
    return {
      name: 'footprint',
      title,
      operation: 'bytes of heap and buffers that stay in use',
      trials: [{ name: 'of Hitrate', figures, verdicts: [] }],
    }
  },
}

function entriesOf<K extends string, V>(record: Readonly<Record<K, V>>): readonly (readonly [K, V])[] {
  const keys: K[] = []
  for (const key in record) keys.push(key)
  return keys.map((key) => [key, record[key]])
}
