/** The policy's code against published counts: with the paper's settings it must miss exactly as often. */
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { Eviction, NEW, type Place, use } from '../../src/stores/memory/eviction.ts'
import type { Ghosts } from '../../src/stores/memory/ghosts.ts'
import type { Bytes } from '../../src/units.ts'

const TRACES = new URL('../../../../../shared/data/traces/', import.meta.url)
const TRACE = new URL('cloudPhysicsIO.oracleGeneral.gz', TRACES)
const GOLDEN = new URL('libcachesim_golden_cloudPhysicsIO.json', TRACES)

const RECORD_LENGTH = 24
const ID = 4
const SIZE = 12
const STEP: Bytes = 128 * 1024 * 1024
const PAPER = { trial: 0.1, passes: 2, fewest: 0, maxLooks: Number.POSITIVE_INFINITY }
const GHOSTS = 0.9

class Block implements Place<Block> {
  readonly key: string
  readonly size: Bytes
  standing = NEW
  before: Block | undefined = undefined
  after: Block | undefined = undefined

  constructor(key: string, size: Bytes) {
    this.key = key
    this.size = size
  }
}

/** First in, first out, of as many bytes. */
function exactGhosts(room: Bytes): Ghosts {
  const ghosts = new Map<string, Bytes>()
  let bytes = 0
  const drop = (key: string): boolean => {
    bytes -= ghosts.get(key) ?? 0
    return ghosts.delete(key)
  }
  return {
    recall: drop,
    add({ key, size }) {
      if (ghosts.has(key)) return
      for (const oldest of ghosts.keys()) {
        if (bytes + size <= room) break
        drop(oldest)
      }
      ghosts.set(key, size)
      bytes += size
    },
    clear: () => ghosts.clear(),
  }
}

function misses(trace: Buffer, room: Bytes): number {
  const held = new Map<string, Block>()
  const eviction = new Eviction<Block>(exactGhosts(Math.floor(room * GHOSTS)), ({ size }) => size, PAPER)
  let bytes = 0
  let count = 0
  for (let at = 0; at < trace.length; at += RECORD_LENGTH) {
    const key = String(trace.readBigUInt64LE(at + ID))
    const known = held.get(key)
    if (known !== undefined) {
      use(known)
      continue
    }
    count++
    const block = new Block(key, trace.readUInt32LE(at + SIZE))
    block.standing = eviction.standingOf(key)
    while (bytes + block.size > room) {
      const gone = eviction.evict(room)
      if (gone === undefined) throw new Error('nothing left to evict')
      held.delete(gone.key)
      bytes -= gone.size
    }
    held.set(key, block)
    bytes += block.size
    eviction.add(block)
  }
  return count
}

describe.skipIf(!existsSync(TRACE))(
  'S3-FIFO as published, on a block trace (skipped without the trace)',
  () => {
    test.each([1, 2, 3, 4, 5, 6, 7, 8])('misses as often with %i times 128 MiB', (times) => {
      const golden: { readonly miss_count: Readonly<Record<string, readonly number[]>> } = JSON.parse(
        readFileSync(GOLDEN, 'utf8'),
      )
      const trace = gunzipSync(readFileSync(TRACE))
      expect(misses(trace, times * STEP)).toBe(golden.miss_count.S3FIFO?.[times - 1])
    })
  },
)
