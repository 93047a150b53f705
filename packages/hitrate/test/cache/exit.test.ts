import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const source = fileURLToPath(new URL('../../src/index.ts', import.meta.url))
const testing = fileURLToPath(new URL('../../src/testing/index.ts', import.meta.url))

/** What a process of its own prints; fails unless it ends with 0 by itself. */
async function output(script: string): Promise<string> {
  const code = `
    import { createCache } from ${JSON.stringify(source)}
    import { memoryL2 } from ${JSON.stringify(testing)}
    ${script}
  `
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { timeout: 15_000 })
  return stdout.trim()
}

test.concurrent('a process ends by itself when its cache was closed', async () => {
  const printed = await output(`
    const cache = createCache({ l2: memoryL2(), ttl: '5m', staleFor: '1h' })
    await cache.getOrSet('a', () => 'v')
    await cache.close()
    console.log(await cache.getOrSet('a', () => 'loaded'))
  `)
  expect(printed).toBe('loaded')
})

test.concurrent('a process ends by itself although its cache was not closed', async () => {
  const printed = await output(`
    const cache = createCache({ l2: memoryL2(), ttl: 20, staleFor: '1h', softTimeout: '1m', hardTimeout: '1h' })
    console.log(await cache.getOrSet('a', () => 'v'))
  `)
  expect(printed).toBe('v')
})

test.concurrent('no timer of a load keeps a process alive', async () => {
  const printed = await output(`
    const cache = createCache({ loadDeadline: '1h' })
    void cache.getOrSet('a', () => new Promise(() => {}), { hardTimeout: '1h' })
    console.log('begun')
  `)
  expect(printed).toBe('begun')
})
