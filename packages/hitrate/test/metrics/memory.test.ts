import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const SCRIPT = fileURLToPath(new URL('memory-run.ts', import.meta.url))

describe('the memory of the metrics', () => {
  it('stays under 32 MB after 10 million lookups over a day, and grows by at most a quarter with as many again', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--expose-gc',
      '--conditions=@hitrate/source',
      SCRIPT,
    ])
    console.log(`metrics memory: ${stdout.trim()}`)
    const figures: unknown = JSON.parse(stdout)
    expect(figures).toEqual({
      firstMb: expect.any(Number),
      secondMb: expect.any(Number),
      selfMb: expect.any(Number),
      lookups: expect.any(Number),
      patterns: 200,
      endpoints: 100,
      allocatedPerLookup: expect.any(Number),
      firstQueryMs: expect.any(Number),
      queryP50Ms: expect.any(Number),
      queryP99Ms: expect.any(Number),
    })
    const { firstMb, secondMb, selfMb, lookups, allocatedPerLookup } = figures as Record<string, number>
    expect(firstMb).toBeLessThan(32)
    expect(secondMb).toBeLessThan(Number(firstMb) * 1.25)
    expect(selfMb).toBeLessThan(32)
    expect(lookups).toBeGreaterThan(9_900_000)
    expect(allocatedPerLookup).toBeLessThan(1)
  }, 120_000)
})
