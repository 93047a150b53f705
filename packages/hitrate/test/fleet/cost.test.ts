/** What the fleet view costs: bytes by tick and process, calls and bytes by server, work by reader. */
import { describe, expect, test } from 'vitest'
import { writeCard } from '../../src/fleet/card.ts'
import { writeNote } from '../../src/fleet/note.ts'
import { createTeller, noteName } from '../../src/fleet/teller.ts'
import { createMetrics } from '../../src/metrics/create.ts'
import type { Store } from '../../src/stores/store.ts'
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts'
import { storeContext } from '../stores/store-context.ts'
import { fleetOnClock, look, pass, SEEN, seenBy, TICK } from './fleet-on-clock.ts'

const PATTERNS = 50
const ENDPOINTS = 20

type Collector = ReturnType<typeof createMetrics>

/** A process with 50 patterns at 20 endpoints, and lookups of all sorts whose times are log-normal. */
function busyProcess(clock: ManualClock): { metrics: Collector; serve(lookups: number): void } {
  const metrics = createMetrics({ clock })
  const { recorder } = metrics
  const patterns = Array.from({ length: PATTERNS }, (_, place) =>
    recorder.declare({ pattern: `family${place}:*`, template: `family${place}:{id}`, ttl: 300_000 }),
  )
  const scopes = Array.from({ length: ENDPOINTS }, (_, place) => {
    const scope = metrics.endpointScope()
    scope.resolve(`/api/route${place}/:id`)
    return scope
  })
  const time = (median: number): number => {
    const gauss = Math.sqrt(-2 * Math.log(1 - clock.random())) * Math.cos(2 * Math.PI * clock.random())
    return median * Math.exp(gauss)
  }
  const one = (place: number): void => {
    const pattern = patterns[place]
    if (pattern === undefined) return
    const chance = clock.random()
    const response = time(0.5)
    if (chance < 0.7) recorder.lookup(pattern, 'hit_l1', time(0.01), 0.01)
    else if (chance < 0.9) recorder.lookup(pattern, 'hit_l2', response, response)
    else {
      const load = time(20)
      recorder.load(pattern, 'ok', 'lookup', load)
      recorder.valueSize(pattern, Math.floor(time(1_000)))
      recorder.lookup(pattern, 'miss', response, response + load, 'expired')
    }
    if (chance >= 0.7) recorder.tier('l2', 'read', chance < 0.9 ? 'hit' : 'miss', response)
  }
  return {
    metrics,
    serve(lookups) {
      for (let count = 0; count < lookups; count++) {
        const place = count < PATTERNS ? count : Math.floor(clock.random() ** 2 * PATTERNS)
        const endpoint = Math.floor((place * ENDPOINTS) / PATTERNS + (clock.random() < 0.2 ? 1 : 0))
        scopes[endpoint % ENDPOINTS]?.run(() => one(place))
      }
    },
  }
}

describe('with 50 active patterns at 20 endpoints', () => {
  // As `redis-memory.test.ts` has it, a server adds some 60 bytes to a value, which are not sent.
  test.each([
    [10, 0],
    [100, 1],
    [500, 3],
  ])('%i lookups a second cost a process at most 5 KB a tick', async (perSecond, coarsest) => {
    const clock = manualClock({ seed: 3 })
    const { metrics, serve } = busyProcess(clock)
    const posted: Buffer[] = []
    const teller = createTeller({
      id: 'a2345678',
      parcels: metrics.parcels,
      desk: {
        exists: true,
        now: () => metrics.parcels.time(),
        post: async ({ body }) => posted.push(body) > 0,
        read: async (names) => names.map(() => undefined),
        enrol: async () => true,
        members: async () => undefined,
        lease: async () => undefined,
      },
      onLost: () => undefined,
    })
    for (let tick = 0; tick < 12; tick++) {
      serve(perSecond * 10)
      clock.advanceSync(TICK)
      expect(await teller.tell(0)).toBe(true)
      expect(teller.scale).toBeLessThanOrEqual(coarsest)
    }
    expect(posted).toHaveLength(12)
    const card = writeCard({
      ended: false,
      scale: 0,
      startedAt: 0,
      requestsPerSecond: 1,
      hitRate: 1,
      version: '0.1.0',
      name: 'x'.repeat(64),
    })
    for (const note of posted) expect(note.length + card.length).toBeLessThanOrEqual(5 * 1_024)
  })
})

/** Writes what 1 000 processes would have told of the bucket before `clock.wall()`. */
async function tellForAThousand(
  store: Store,
  clock: ManualClock,
  start: number,
  notes: readonly Buffer[],
): Promise<void> {
  const card = { ended: false, scale: 0, startedAt: start, requestsPerSecond: 1, hitRate: 1 }
  for (let place = 0; place < 1_000; place++) {
    const id = `sim${String(place).padStart(5, '0')}`
    const body = notes[place % notes.length] ?? Buffer.alloc(0)
    await store.board?.post({ name: noteName(start, id), body, life: 120_000, onlyAbsent: false })
    await store.board?.enrol(id, writeCard({ ...card, version: '0.1.0', name: '' }), 3_600_000)
  }
  expect(clock.wall()).toBeGreaterThanOrEqual(start)
}

test('1 000 processes are added up in under a second, by as many calls as there are hundreds of them', async () => {
  const { clock, server, lines, processes } = fleetOnClock(1)
  const [one] = processes
  if (one === undefined) throw new Error('no process')
  await pass(clock, SEEN)
  const start = Math.floor(clock.wall() / TICK) * TICK
  const aside = manualClock({ start, seed: 5 })
  const busy = Array.from({ length: 20 }, () => busyProcess(aside))
  for (const { serve } of busy) serve(1_000)
  aside.advanceSync(TICK)
  const notes = busy.map(({ metrics: { parcels } }) => {
    parcels.slot()
    return writeNote({ epoch: 0, covers: TICK, parcel: parcels.pack([start], 0) })
  })
  const context = storeContext(clock)
  await tellForAThousand(server.open(context), clock, start, notes)
  await pass(clock, TICK)

  const calls = lines[0]?.calls('readNotes') ?? 0
  const before = performance.now()
  await pass(clock, 2 * TICK)
  expect(await seenBy(one)).toBe(1_000 * 1_000)
  const took = performance.now() - before
  // Of the 1 000 in hundreds, for two buckets; besides, each tick and question looks for a reset and for new sums.
  expect((lines[0]?.calls('readNotes') ?? 0) - calls).toBeLessThanOrEqual(2 * 11 + 3 * 2)
  // Seen: 0.4 s, two ticks of all else included; a busy machine may take a few times that.
  expect(took).toBeLessThan(5_000)
  const view = await one.fleet.view()
  expect(view.instances).toHaveLength(1_001)
  expect(view.figures.patterns({ window: '5m' }).total).toBe(PATTERNS)
})

test('a reader asks for as much of 1 000 processes as of one: at most three hundred sums, then one a tick', async () => {
  const { clock, lines, open, processes } = fleetOnClock(1)
  const [one] = processes
  if (one === undefined) throw new Error('no process')
  await look(one, 'a:1')
  await pass(clock, 3 * 3_600_000)
  const [line] = lines
  const late = open(line)
  const before = line?.calls('readNotes') ?? 0
  expect(await seenBy(late, '24h')).toBe(1)
  // 96 quarters of an hour less two hours, 120 minutes less fifteen, 90 ticks: some three calls of a hundred.
  expect((line?.calls('readNotes') ?? 0) - before).toBeLessThanOrEqual(5)
  await pass(clock, TICK)
  const then = line?.calls('readNotes') ?? 0
  expect(await seenBy(late, '24h')).toBe(1)
  expect((line?.calls('readNotes') ?? 0) - then).toBe(2)
})
