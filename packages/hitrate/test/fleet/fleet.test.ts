import { describe, expect, test } from 'vitest'
import { fleetOnClock, look, pass, SEEN, seenBy, TICK } from './fleet-on-clock.ts'

test('a store that throws while nobody waits is counted, ends nothing, and is told again', async () => {
  const { clock, server, open } = fleetOnClock(0)
  let broken = false
  const process = open({
    settings: server.settings,
    open: (context) =>
      new Proxy(server.open(context), {
        get: (store, name) => {
          if (broken && name === 'serverNow') throw new Error('no time')
          return Reflect.get(store, name)
        },
      }),
  })
  await pass(clock, SEEN)
  broken = true
  await pass(clock, 2 * TICK)
  broken = false
  expect(process.cache.metrics.totals().incidents.background_error).toBeGreaterThan(0)
  await look(process, 'product:1')
  await pass(clock, SEEN)
  expect(await seenBy(process)).toBe(1)
})

describe('the fleet view', () => {
  test('is what all processes counted together, whichever is asked', async () => {
    const { clock, processes } = fleetOnClock(3)
    for (const [place, process] of processes.entries()) await look(process, `product:${place}`, place + 1)
    await pass(clock, SEEN)
    for (const process of processes) {
      const view = await process.fleet.view({ window: '5m' })
      expect(view).toMatchObject({ scope: 'fleet', gapMs: 0, absence: undefined })
      expect(view.figures.overall({ window: '5m' }).totalRequests).toBe(6)
      expect(view.figures.patterns({ window: '5m' }).patterns).toMatchObject([
        { pattern: 'product:*', totalRequests: 6 },
      ])
      expect(view.instances.map(({ state }) => state)).toEqual(['alive', 'alive', 'alive'])
      expect(clock.wall() - (view.asOf ?? 0)).toBeLessThan(30_000)
    }
  })

  test('equals the sum of the windows of the processes, tick by tick, over hours', async () => {
    const { clock, processes } = fleetOnClock(3)
    const counted: { at: number; count: number }[] = []
    for (let minute = 0; minute < 150; minute++) {
      for (const [place, process] of processes.entries()) {
        const count = (minute * (place + 1)) % 4
        await look(process, `p${place}:1`, count)
        counted.push({ at: clock.wall(), count })
      }
      await pass(clock, 60_000)
    }
    const { fleet } = processes[1] ?? {}
    for (const [window, length, width] of [
      ['5m', 5, 10_000],
      ['15m', 15, 10_000],
      ['1h', 60, 60_000],
      ['2h', 120, 60_000],
      ['24h', 1_440, 900_000],
    ] as const) {
      const view = await fleet?.view({ window })
      const asOf = view?.asOf ?? 0
      const begin = Math.floor(asOf / width) * width - length * 60_000
      const expected = counted
        .filter(({ at }) => at >= begin && at < asOf)
        .reduce((sum, { count }) => sum + count, 0)
      expect(view?.figures.overall({ window }).totalRequests, window).toBe(expected)
      expect(view?.gapMs).toBe(0)
    }
  })

  test('of a process that has just started is that of the fleet, of all its past', async () => {
    const { clock, processes, open } = fleetOnClock(2)
    const [one] = processes
    if (one === undefined) throw new Error('no process')
    await look(one, 'a:1', 5)
    await pass(clock, 3 * 3_600_000)
    await look(one, 'a:1', 7)
    await pass(clock, SEEN)
    const late = open()
    expect(await seenBy(late, '24h')).toBe(12)
    expect(await seenBy(late, '1h')).toBe(7)
    expect(await seenBy(one, '24h')).toBe(12)
  })

  test('says that the fleet starts until the first bucket is added up, and shows this process meanwhile', async () => {
    const { clock, processes, open } = fleetOnClock(0)
    const first = open()
    await look(first, 'a:1', 2)
    const view = await first.fleet.view()
    expect(view).toMatchObject({ scope: 'process', absence: 'starting', asOf: null })
    expect(view.figures.overall().totalRequests).toBe(2)
    await pass(clock, SEEN)
    expect(await first.fleet.view()).toMatchObject({ scope: 'fleet', absence: undefined })
    expect(processes).toEqual([])
  })

  test('is none without L2, nor when it is turned off', async () => {
    const { open } = fleetOnClock(0)
    expect(() => open(undefined, { fleet: false })).toThrow('no fleet')
  })
})

describe('a process', () => {
  test('that is closed stays counted, is not missing, and has told what it counted last', async () => {
    const { clock, processes } = fleetOnClock(2)
    const [one, two] = processes
    if (one === undefined || two === undefined) throw new Error('no process')
    await pass(clock, 3 * TICK)
    await look(two, 'a:1', 4)
    await two.cache.close()
    await pass(clock, SEEN)
    expect(await seenBy(one)).toBe(4)
    const { instances } = await one.fleet.instances()
    expect(instances.find(({ id }) => id === two.fleet.id)).toMatchObject({ state: 'ended' })
    await pass(clock, 3_600_000)
    expect((await one.fleet.instances()).instances.map(({ id }) => id)).toEqual([one.fleet.id])
    expect(await seenBy(one, '24h')).toBe(4)
  })

  test('that dies is missing within 30 s, and what it had told stays counted', async () => {
    const { clock, processes, lines } = fleetOnClock(2)
    const [one, two] = processes
    if (one === undefined || two === undefined) throw new Error('no process')
    await look(two, 'a:1', 4)
    await pass(clock, 2 * TICK)
    lines[1]?.down()
    await pass(clock, 30_000)
    const stateOf = async () =>
      (await one.fleet.instances()).instances.find(({ id }) => id === two.fleet.id)?.state
    expect(await stateOf()).toBe('missing')
    await pass(clock, SEEN)
    expect(await seenBy(one)).toBe(4)
    lines[1]?.up()
    await pass(clock, 3 * TICK)
    expect(await stateOf()).toBe('alive')
  })

  test('whose keeper dies finds another one, and nothing is lost', async () => {
    const { clock, processes, lines } = fleetOnClock(3)
    await pass(clock, SEEN)
    for (const [place, process] of processes.entries()) {
      for (const other of processes) if (other !== process) await look(other, 'a:1')
      lines[place]?.down()
      await pass(clock, 100_000)
      lines[place]?.up()
      await pass(clock, SEEN)
    }
    for (const process of processes) {
      const view = await process.fleet.view({ window: '1h' })
      expect(view.gapMs).toBe(0)
      expect(view.figures.overall({ window: '1h' }).totalRequests).toBe(6)
    }
  })

  test('tells what it counted while L2 was away when it is back, once', async () => {
    const { clock, processes, lines } = fleetOnClock(2)
    const [one, two] = processes
    if (one === undefined || two === undefined) throw new Error('no process')
    await pass(clock, SEEN)
    lines[1]?.down()
    for (let tick = 0; tick < 12; tick++) {
      await look(two, 'a:1')
      await pass(clock, TICK)
    }
    const during = await two.fleet.view({ window: '1h' })
    expect(during).toMatchObject({ scope: 'process', absence: 'l2_unavailable', instances: [] })
    expect(during.figures.overall({ window: '1h' }).totalRequests).toBe(12)
    lines[1]?.up()
    await pass(clock, SEEN + 2 * TICK)
    expect(await seenBy(one)).toBe(12)
    expect(await seenBy(two)).toBe(12)
  })

  test('whose note got there although it was not answered is not counted twice', async () => {
    const { clock, processes, lines } = fleetOnClock(2)
    const [one, two] = processes
    if (one === undefined || two === undefined) throw new Error('no process')
    await pass(clock, SEEN)
    await look(two, 'a:1', 3)
    lines[1]?.loseReplies(({ method }) => method === 'post')
    await pass(clock, 2 * TICK)
    lines[1]?.heal()
    await pass(clock, SEEN + TICK)
    expect(await seenBy(one)).toBe(3)
  })
})

test('while nobody can ask L2 time passes that nobody adds up, and the view says how much', async () => {
  const { clock, processes, lines } = fleetOnClock(2)
  const [one] = processes
  if (one === undefined) throw new Error('no process')
  await pass(clock, SEEN)
  for (const line of lines) line.down()
  await pass(clock, 5 * 60_000)
  for (const line of lines) line.up()
  await pass(clock, 2 * SEEN)
  const { gapMs } = await one.fleet.view({ window: '15m' })
  expect(gapMs).toBeGreaterThan(2.5 * 60_000)
  expect(gapMs).toBeLessThanOrEqual(5 * 60_000)
})

test('a server that lost everything starts the fleet anew', async () => {
  const { clock, processes, server } = fleetOnClock(2)
  const [one] = processes
  if (one === undefined) throw new Error('no process')
  await look(one, 'a:1', 3)
  await pass(clock, SEEN)
  server.flush()
  await look(one, 'a:1', 2)
  await pass(clock, SEEN)
  expect(await seenBy(one)).toBeGreaterThanOrEqual(2)
  expect((await one.fleet.instances()).instances).toHaveLength(2)
})

describe('a reset of the fleet', () => {
  test('starts all processes anew', async () => {
    const { clock, processes } = fleetOnClock(3)
    const [one, two, three] = processes
    if (one === undefined || two === undefined || three === undefined) throw new Error('no process')
    for (const process of processes) await look(process, 'a:1', 2)
    await pass(clock, 2 * 60_000)
    expect(await seenBy(three)).toBe(6)
    expect(await two.fleet.reset()).toBe(true)
    expect(two.cache.metrics.overall().totalRequests).toBe(0)
    await pass(clock, 13_000)
    expect(one.cache.metrics.overall().totalRequests).toBe(0)
    await look(one, 'a:1', 5)
    await pass(clock, SEEN)
    for (const process of processes) expect(await seenBy(process, '24h')).toBe(5)
  })

  test('reaches this process also when L2 can not be told', async () => {
    const { clock, processes, lines } = fleetOnClock(1)
    const [one] = processes
    if (one === undefined) throw new Error('no process')
    await look(one, 'a:1', 2)
    lines[0]?.down()
    await clock.advance(0)
    expect(await one.fleet.reset()).toBe(false)
    expect(one.cache.metrics.overall().totalRequests).toBe(0)
  })
})

describe('a lease', () => {
  test('is granted to one process for its time, and may be renewed', async () => {
    const { clock, processes } = fleetOnClock(2)
    const [one, two] = processes
    if (one === undefined || two === undefined) throw new Error('no process')
    expect(await one.fleet.lease('alert:hit_rate', '1m')).toBe(true)
    expect(await two.fleet.lease('alert:hit_rate', '1m')).toBe(false)
    expect(await two.fleet.lease('another', 1_000)).toBe(true)
    await clock.advance(59_000)
    expect(await one.fleet.lease('alert:hit_rate', '1m')).toBe(true)
    await clock.advance(59_000)
    expect(await two.fleet.lease('alert:hit_rate', '1m')).toBe(false)
    await clock.advance(1_001)
    expect(await two.fleet.lease('alert:hit_rate', '1m')).toBe(true)
  })

  test('can not be asked for while L2 is away, which is said', async () => {
    const { clock, processes, lines } = fleetOnClock(1)
    lines[0]?.down()
    await clock.advance(0)
    await expect(processes[0]?.fleet.lease('a', '1m')).rejects.toMatchObject({ code: 'l2_unavailable' })
    await expect(processes[0]?.fleet.lease('a', 'soon')).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  test('work of one name is done by one process at a time, however long it takes', async () => {
    const { clock, processes } = fleetOnClock(2)
    const [one, two] = processes
    if (one === undefined || two === undefined) throw new Error('no process')
    const work = Promise.withResolvers<string>()
    const doing = one.fleet.exclusively('warm', () => work.promise)
    await pass(clock, 5 * 60_000)
    expect(await two.fleet.exclusively('warm', async () => 'mine')).toEqual({
      holder: 'other',
      id: one.fleet.id,
    })
    expect(await one.fleet.exclusively('warm', async () => 'again')).toMatchObject({ holder: 'other' })
    work.resolve('done')
    expect(await doing).toEqual({ holder: 'this', value: 'done' })
    expect(await two.fleet.exclusively('warm', async () => 'mine')).toEqual({ holder: 'this', value: 'mine' })
  })

  test('work that fails frees its name', async () => {
    const { processes } = fleetOnClock(2)
    const [one, two] = processes
    await expect(
      one?.fleet.exclusively('warm', async () => {
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(await two?.fleet.exclusively('warm', async () => 1)).toMatchObject({ holder: 'this' })
  })

  test('what is shared is read by others for its time', async () => {
    const { clock, processes } = fleetOnClock(2)
    const [one, two] = processes
    expect(await two?.fleet.shared('run')).toBeUndefined()
    expect(await one?.fleet.share('run', '{"é":1}', '1m')).toBe(true)
    expect(await two?.fleet.shared('run')).toBe('{"é":1}')
    await clock.advance(60_001)
    expect(await two?.fleet.shared('run')).toBeUndefined()
  })
})
