import { type Cache, createCache } from 'hitrate'
import { chaosL2, manualClock, memoryL2 } from 'hitrate/testing'
import { expect, test } from 'vitest'
import { alertsSchema } from '../../src/contract/alert-schemas.ts'
import { type AlertsOptions, createMonitor } from '../../src/index.ts'
import { ask } from '../support/monitors.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'

/** Two processes on one L2, each with a monitor that tells the same webhook. */
function twoProcesses(receiver: Receiver, more: AlertsOptions = {}) {
  const clock = manualClock()
  const l2 = memoryL2()
  const processes = ['web-0', 'web-1'].map((name) => {
    const chaos = chaosL2(l2)
    const cache = createCache({ clock, name: 'shop', l2: chaos, fleet: { name } })
    const rules: AlertsOptions['rules'] = {
      health: false,
      l2_lost: { for: 0 },
      low_hit_rate: { window: '10s', for: '30s', minSamples: 20 },
    }
    const alerts = { rules, webhooks: [{ url: receiver.url }], ...more }
    return { cache, chaos, monitor: createMonitor({ cache, clock, production: false, alerts }) }
  })
  /** Lets ten seconds pass, so often, with lookups in both processes before each. */
  const pass = async (times: number, lookup: (cache: Cache, id: number) => Promise<unknown>) => {
    for (let time = 0; time < times; time++) {
      for (const { cache } of processes) for (let id = 0; id < 30; id++) await lookup(cache, id)
      await clock.advance(10_000)
    }
  }
  const left = (): Promise<readonly number[]> =>
    Promise.all(
      processes.map(
        async ({ monitor }) => alertsSchema.parse((await ask(monitor, '/alerts')).json).left_to_others,
      ),
    )
  const close = async () => {
    for (const { cache, monitor } of processes) {
      await monitor.close()
      await cache.close()
    }
  }
  return { processes, pass, left, close }
}

let next = 0
const unknown = (cache: Cache) => cache.get(`product:${next++}`)
const known = (cache: Cache, id: number) => cache.getOrSet(`product:${id % 2}`, () => 'lamp')

test('what two processes of a fleet see is told once, and once that it is over, by the same', async () => {
  await using receiver = await startReceiver()
  const { pass, left, close } = twoProcesses(receiver)
  await pass(6, unknown)
  await receiver.untilReceived(1)
  await pass(8, known)
  await receiver.untilReceived(2)
  await close()
  const [raised, resolved] = receiver.messages
  expect(receiver.messages.map(({ event, alert }) => [event, alert?.rule])).toEqual([
    ['raised', 'low_hit_rate'],
    ['resolved', 'low_hit_rate'],
  ])
  expect(resolved?.alert?.id).toBe(raised?.alert?.id)
  expect((await left()).toSorted()).toEqual([0, 2])
})

test('with lease: false each tells', async () => {
  await using receiver = await startReceiver()
  const { pass, left, close } = twoProcesses(receiver, { lease: false })
  await pass(6, unknown)
  await receiver.untilReceived(2)
  await close()
  expect(receiver.messages.map(({ event }) => event)).toEqual(['raised', 'raised'])
  expect(await left()).toEqual([0, 0])
})

test('while L2 is away nobody can agree: each tells, and each that it is over', async () => {
  await using receiver = await startReceiver()
  const { processes, pass, close } = twoProcesses(receiver)
  await pass(2, known)
  for (const { chaos } of processes) chaos.down()
  await pass(2, known)
  await receiver.untilReceived(2)
  for (const { chaos } of processes) chaos.up()
  await pass(6, known)
  await receiver.untilReceived(4)
  await close()
  const told = receiver.messages.map(({ event, alert }) => `${event} ${alert?.rule}`)
  expect(told).toEqual(['raised l2_lost', 'raised l2_lost', 'resolved l2_lost', 'resolved l2_lost'])
  expect(new Set(receiver.messages.map(({ alert }) => alert?.id)).size).toBe(2)
})
