import { describe, expect, test, vi } from 'vitest'
import { createMonitor } from '../../src/index.ts'
import { cli, serveMonitor } from '../support/cli.ts'
import { ask, measuredMetrics } from '../support/monitors.ts'
import { look, threeProcesses } from '../support/processes.ts'

/** Each test starts processes, some five of them. */
vi.setConfig({ testTimeout: 60_000 })

describe('--scope fleet', () => {
  test('shows what all processes did, and of how many it is', async () => {
    const { one, two, pass } = threeProcesses()
    await look(one, 'product:1', 10)
    await look(two, 'product:2', 20)
    await pass(40)
    await using server = await serveMonitor(one.monitor)
    const fleet = ['--scope', 'fleet', '--window', '5m', '--url', server.url]
    const whose = /^Fleet: 3 of 3 processes, up to 2026-01-01 00:00:\d\d UTC$/m

    const stats = await cli(['stats', ...fleet])
    expect(stats).toMatchObject({ code: 0, stderr: '' })
    expect(stats.stdout).toMatch(/^Lookups +30$/m)
    expect(stats.stdout).toMatch(whose)
    const patterns = await cli(['patterns', ...fleet])
    expect(patterns.stdout).toMatch(/^product:\* +30 +0\.0 %/m)
    expect(patterns.stdout).toMatch(whose)
    const health = await cli(['health', ...fleet])
    expect(health.code).toBe(2)
    expect(health.stdout).toContain('30 lookups')
    expect(health.stdout).toMatch(whose)

    const json = await cli(['stats', '--json', ...fleet])
    expect(JSON.parse(json.stdout)).toMatchObject({ scope: 'fleet', total_requests: 30, fleet: { alive: 3 } })
    const own = await cli(['stats', '--scope', 'process', '--url', server.url])
    expect(own.stdout).toMatch(/^Lookups +10$/m)
    expect(own.stdout).not.toContain('Fleet')
  })

  test('names who is missing, and says why the fleet can not be had', async () => {
    const { one, two, pass } = threeProcesses()
    await pass(40)
    two.chaos.down()
    await pass(60)
    await using server = await serveMonitor(one.monitor)
    const stats = ['stats', '--scope', 'fleet', '--url', server.url]
    expect((await cli(stats)).stdout).toMatch(/^Fleet: 2 of 3 processes, up to .+; missing: web-1$/m)
    one.chaos.down()
    await pass(5)
    const alone = "The fleet can't be had now: L2 is out of reach. This is of one process."
    expect((await cli(stats)).stdout).toContain(alone)
    await using plain = await serveMonitor(createMonitor({ metrics: measuredMetrics(), alerts: false }))
    expect((await cli(['stats', '--scope', 'fleet', '--url', plain.url])).stdout).toContain(
      "The fleet can't be had now: this process belongs to none. This is of one process.",
    )
  })

  test('warms once: another process is told who is at it', async () => {
    const { one, two, gate } = threeProcesses()
    await using first = await serveMonitor(one.monitor)
    await using second = await serveMonitor(two.monitor)
    const warm = ['warm', '--scope', 'fleet', '--url']
    const running = cli([...warm, first.url])
    const runs = async () => (await ask(two.monitor, '/warm/runs?scope=fleet')).text
    await expect.poll(runs, { timeout: 30_000 }).toContain('"status":"running"')
    const refused = await cli([...warm, second.url])
    expect(refused).toMatchObject({ code: 3, stdout: '' })
    expect(refused.stderr).toContain(
      `A warm run of the fleet is under way in the process web-0 (${one.cache.fleet?.id})`,
    )
    gate.resolve()
    const ended = await running
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toMatch(/^slow +done/m)
    expect(ended.stdout).not.toContain("can't be had")
  })

  test('without L2 warms this process, and says so', async () => {
    const { one, gate, pass } = threeProcesses()
    gate.resolve()
    one.chaos.down()
    await pass(5)
    await using server = await serveMonitor(one.monitor)
    const { stdout } = await cli(['warm', '--scope', 'fleet', '--url', server.url])
    expect(stdout).toContain("The fleet can't be had now. This is of one process.")
    expect(stdout).toMatch(/^slow +done/m)
  })

  test.each([
    [['stats', '--scope', 'world'], '--scope: "world" is not accepted; accepted: process, fleet'],
    [['stats', '--scope'], '--scope wants a value'],
    [['alerts', '--scope', 'fleet'], 'alerts does not know --scope'],
  ])('hitrate %j is a usage error', async (args, message) => {
    const ended = await cli(args, { HITRATE_URL: 'http://a' })
    expect(ended).toMatchObject({ code: 64, stdout: '' })
    expect(ended.stderr).toContain(`hitrate: ${message}`)
  })
})
