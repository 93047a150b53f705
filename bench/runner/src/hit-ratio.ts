import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { createCache } from 'hitrate'
import { table } from './table.ts'

/** Traces of 32-bit keys, and sizes of L1 in entries. */
const TRACES = [
  { name: 'web12', sizes: [300, 1_200, 3_000] },
  { name: 'orm-busy', sizes: [625, 1_250, 2_500, 5_000, 10_000] },
] as const

/** What L1 hits of real traces, beside LRU: through the cache's own methods, nothing else running. */
export async function hitRatio(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { traces: { type: 'string' } } })
  const folder = values.traces
  if (folder === undefined || !existsSync(folder)) {
    console.error(
      `--traces: ${folder ?? 'nothing'} given; accepted: a folder with web12.i32be.gz and orm-busy.i32be.gz (big-endian 32-bit keys), such as cache2k's traces`,
    )
    process.exitCode = 1
    return
  }
  const rows: (readonly string[])[] = []
  for (const { name, sizes } of TRACES) {
    const keys = readTrace(join(folder, `${name}.i32be.gz`))
    for (const size of sizes) {
      const [lru, ours] = [lruHits(keys, size) / keys.length, (await hits(keys, size)) / keys.length]
      const points = 100 * (ours - lru)
      rows.push([
        `${name}, ${size}`,
        percent(lru),
        percent(ours),
        `${points < 0 ? '' : '+'}${points.toFixed(2)}`,
      ])
      console.error(rows.at(-1)?.join('  '))
    }
  }
  console.log(table(['hits, %', 'LRU', 'Hitrate', 'points'], rows))
}

const percent = (ratio: number): string => (100 * ratio).toFixed(2)

function readTrace(path: string): readonly string[] {
  const bytes = gunzipSync(readFileSync(path))
  return Array.from({ length: bytes.length / 4 }, (_, index) => `key:${bytes.readInt32BE(4 * index)}`)
}

function lruHits(keys: readonly string[], size: number): number {
  const held = new Map<string, true>()
  let count = 0
  for (const key of keys) {
    if (held.delete(key)) count++
    else if (held.size >= size) {
      const [oldest] = held.keys()
      if (oldest !== undefined) held.delete(oldest)
    }
    held.set(key, true)
  }
  return count
}

async function hits(keys: readonly string[], size: number): Promise<number> {
  await using cache = createCache({ l1: { maxEntries: size, maxBytes: 1_000_000_000 }, ttl: '1d', jitter: 0 })
  for (const key of keys) if ((await cache.get(key)) === undefined) await cache.set(key, 1)
  return cache.metrics.totals().requests.hit_l1
}
