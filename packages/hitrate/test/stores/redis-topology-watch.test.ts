import { describe, expect, it } from 'vitest'
import type { Answer } from './redis-fake-client.ts'
import { bytes } from './redis-fake-servers.ts'
import { clusterAnswer, topologySetUp } from './redis-fake-topology.ts'

describe('where servers are in use', () => {
  it('the one that knows of the latest failover is believed, wherever it stands', async () => {
    for (const latest of [0, 1, 2]) {
      const { clock, peer, watch, told } = topologySetUp()
      for (const index of [0, 1, 2]) {
        const isLatest = index === latest
        await peer(`p${index}`, { owners: [isLatest ? 'new' : 'old'], epoch: isLatest ? 12 : 9 - index })
      }
      watch()
      await clock.advance(0)
      expect(told).toEqual([['new:7000']])
    }
  })

  it('a frozen one is waited for for 300 ms, and then the others are believed', async () => {
    const { clock, peer, watch, told, nobody } = topologySetUp()
    const frozen = await peer('frozen', { owners: ['old'], epoch: 9 })
    await peer('p2', { owners: ['new'], epoch: 1 })
    frozen.becomes('frozen')
    watch()
    await clock.advance(299)
    expect(told).toEqual([])
    await clock.advance(1)
    expect(told).toEqual([['new:7000']])
    expect(nobody).toEqual([])
  })

  it('one that is slow is heard within that', async () => {
    const { clock, peer, watch, told } = topologySetUp()
    const slow = await peer('slow', { owners: ['new'], epoch: 2 })
    await peer('p2', { owners: ['old'], epoch: 1 })
    slow.takes = 299
    watch()
    await clock.advance(300)
    expect(told).toEqual([['new:7000']])
  })

  it('one that does not tell of its epoch is believed where no other does', async () => {
    const { clock, peer, watch, told } = topologySetUp()
    const answer = clusterAnswer({ owners: ['a', 'b'], epoch: 9 })
    const silent = await peer('p1', { owners: [], epoch: 0 })
    silent.answer = (command, args) => (args[1] === 'INFO' ? new Error('NOPERM') : answer(command, args))
    const watching = watch()
    await clock.advance(0)
    expect(told).toEqual([['a:7000', 'b:7000']])
    await peer('p2', { owners: ['c'], epoch: 1 })
    watching.ask()
    await clock.advance(0)
    expect(told.at(-1)).toEqual(['c:7000'])
  })

  it('one that belongs to no cluster is not heard', async () => {
    const { clock, peer, watch, told, nobody } = topologySetUp()
    await peer('alone', { owners: [], epoch: 99 })
    await peer('p2', { owners: ['a'], epoch: 1 })
    watch()
    await clock.advance(0)
    expect([told, nobody]).toEqual([[['a:7000']], []])
  })

  it('nobody else is asked', async () => {
    const { clock, peer, watch, servers, server, state } = topologySetUp(['r1'])
    server('r1', { owners: ['root'], epoch: 99 })
    state.known = ['r1']
    await peer('p1', { owners: ['a'], epoch: 1 })
    watch()
    await clock.advance(1_000)
    expect(servers.host('r1').clients).toHaveLength(0)
  })

  it('the roots and all known ones are asked when none of them answers', async () => {
    const { clock, peer, watch, server, told, state } = topologySetUp(['r1'])
    for (const name of ['p1', 'p2']) (await peer(name, { owners: [name], epoch: 1 })).becomes('frozen')
    server('k1', { owners: ['a'], epoch: 2 })
    state.known = ['k1']
    watch()
    await clock.advance(300)
    expect(told).toEqual([['a:7000']])
  })

  it('a server that names no host means itself', async () => {
    const { clock, peer, watch, told } = topologySetUp()
    const host = await peer('p1', { owners: [], epoch: 1 })
    host.answer = (_, [, sub]) => (sub === 'INFO' ? bytes('') : [[0, 16_383, [null, 7_005]]])
    watch()
    await clock.advance(0)
    expect(told).toEqual([['p1:7005']])
  })
})

describe('where no server is in use', () => {
  it('all roots and known addresses are asked, each once, and the first answer is taken', async () => {
    const { clock, server, servers, watch, told, state } = topologySetUp(['r1', 'r2'])
    server('r1', { owners: ['late'], epoch: 9 }).takes = 20
    server('r2', { owners: ['slow'], epoch: 9 }).takes = 30
    server('k1', { owners: ['first'], epoch: 1 }).takes = 10
    state.known = ['r1', 'k1', 'gone']
    watch()
    await clock.advance(50)
    expect(told).toEqual([['first:7000']])
    for (const name of ['r1', 'r2', 'k1']) expect(servers.host(name).clients).toHaveLength(1)
  })

  it('those that refuse or hang keep nobody waiting, and leave no connection', async () => {
    const { clock, server, servers, watch, told, state, nobody } = topologySetUp(['refuses', 'hangs', 'r3'])
    servers.host('hangs').becomes('frozen')
    server('r3', { owners: ['a'], epoch: 1 })
    state.whole = true
    const watching = watch()
    await clock.advance(0)
    expect([told, nobody]).toEqual([[['a:7000']], []])
    await clock.advance(500)
    expect(servers.open).toBe(0)
    watching.close()
    expect(clock.pending).toBe(0)
  })

  it('it is told once that nobody tells, when all have failed', async () => {
    const { clock, server, servers, watch, told, nobody } = topologySetUp(['refuses', 'hangs', 'alone'])
    servers.host('hangs').becomes('frozen')
    server('alone', { owners: [], epoch: 1 })
    watch()
    await clock.advance(499)
    expect(nobody).toEqual([])
    await clock.advance(1)
    expect(nobody).toEqual(['connect ECONNREFUSED'])
    expect(told).toEqual([])
  })

  it.each<readonly [string, Answer, string]>([
    [
      'has cluster support disabled',
      () => new Error('ERR This instance has cluster support disabled'),
      'ERR',
    ],
    ['knows of no slots', () => [], 'the server belongs to no cluster'],
    ['answers what makes no sense', () => 'OK', 'Redis answered'],
    ['names a range without a server', () => [[0, 1]], 'Redis answered'],
  ])('a server that %s is no answer', async (_, answer, message) => {
    const { clock, servers, watch, told, nobody } = topologySetUp()
    servers.start('r1', answer)
    watch()
    await clock.advance(0)
    expect(told).toEqual([])
    expect(nobody).toEqual([expect.stringContaining(message)])
  })
})

describe('how often is asked', () => {
  it('is every 100 ms at first while a slot has no server, and seldomer the longer that lasts: once a second', async () => {
    const { clock, server, watch, rounds } = topologySetUp()
    server('r1', { owners: ['a'], epoch: 1 })
    watch()
    await clock.advance(0)
    expect(rounds('r1')).toBe(1)
    await clock.advance(5_000)
    expect(rounds('r1')).toBe(51)
    await clock.advance(10_000)
    expect(rounds('r1')).toBe(101)
    await clock.advance(60_000 + 1)
    const before = rounds('r1')
    await clock.advance(10_000)
    expect(rounds('r1')).toBe(before + 10)
  })

  it('is every ten seconds once all slots have one, and often again when one has not', async () => {
    const { clock, server, watch, rounds, state } = topologySetUp()
    server('r1', { owners: ['a'], epoch: 1 })
    watch()
    await clock.advance(60_000)
    state.whole = true
    await clock.advance(1_000)
    const before = rounds('r1')
    await clock.advance(29_000)
    expect(rounds('r1')).toBeLessThanOrEqual(before + 3)
    state.whole = false
    const seldom = rounds('r1')
    while (rounds('r1') === seldom) await clock.advance(1)
    await clock.advance(1_000)
    expect(rounds('r1')).toBe(seldom + 11)
  })

  it('is as often when nobody tells', async () => {
    const { clock, watch, nobody, servers } = topologySetUp()
    watch()
    await clock.advance(1_000)
    expect(nobody).toHaveLength(11)
    expect(servers.host('r1').clients).toHaveLength(11)
    expect(servers.open).toBe(0)
  })

  it('is at once where something seems to have changed', async () => {
    const { clock, server, watch, rounds, state } = topologySetUp()
    server('r1', { owners: ['a'], epoch: 1 })
    state.whole = true
    const watching = watch()
    await clock.advance(5_000)
    watching.ask()
    await clock.advance(0)
    expect(rounds('r1')).toBe(2)
    await clock.advance(9_999)
    expect(rounds('r1')).toBe(2)
    await clock.advance(1)
    expect(rounds('r1')).toBe(3)
  })

  it('is often again after that, however long it had been seldom', async () => {
    const { clock, server, watch, rounds } = topologySetUp()
    server('r1', { owners: ['a'], epoch: 1 })
    const watching = watch()
    await clock.advance(100_000)
    watching.ask()
    await clock.advance(0)
    const before = rounds('r1')
    await clock.advance(1_000)
    expect(rounds('r1')).toBe(before + 10)
  })

  it('is once more soon where something changes while the answers are awaited', async () => {
    const { clock, server, watch, rounds, state } = topologySetUp()
    server('r1', { owners: ['a'], epoch: 1 }).takes = 50
    state.whole = true
    const watching = watch()
    await clock.advance(10)
    for (let time = 0; time < 10; time++) watching.ask()
    await clock.advance(40)
    expect(rounds('r1')).toBe(1)
    await clock.advance(100)
    expect(rounds('r1')).toBe(2)
    await clock.advance(9_000)
    expect(rounds('r1')).toBe(2)
  })

  it('is once for all who ask in one turn', async () => {
    const { clock, server, watch, rounds, state } = topologySetUp()
    server('r1', { owners: ['a'], epoch: 1 })
    state.whole = true
    const watching = watch()
    await clock.advance(1_000)
    for (let time = 0; time < 100; time++) watching.ask()
    await clock.advance(0)
    expect(rounds('r1')).toBe(2)
  })

  // A known doubt: each refusal of a server asks, and a cluster that is down refuses every call.
  it.fails('is bounded while every call tells that something has changed', async () => {
    const { clock, server, watch, rounds } = topologySetUp()
    server('r1', { owners: ['a'], epoch: 1 })
    const watching = watch()
    for (let ms = 0; ms < 1_000; ms++) {
      watching.ask()
      await clock.advance(1)
    }
    expect(rounds('r1')).toBeLessThan(200)
  })
})

describe('the first attempt', () => {
  it('ends with the first topology', async () => {
    const { clock, server, watch, told } = topologySetUp()
    server('r1', { owners: ['a'], epoch: 1 }).takes = 50
    const watching = watch()
    const waiting = watching.firstAttempt?.then(() => told.length)
    await clock.advance(49)
    expect(watching.firstAttempt).toBeDefined()
    await clock.advance(1)
    expect(watching.firstAttempt).toBeUndefined()
    expect(await waiting).toBe(1)
  })

  it('ends when nobody could tell', async () => {
    const { clock, servers, watch } = topologySetUp()
    servers.host('r1').becomes('frozen')
    const watching = watch()
    const waiting = watching.firstAttempt
    await clock.advance(500)
    await waiting
    expect(watching.firstAttempt).toBeUndefined()
  })

  it('ends when the watch is closed', async () => {
    const { servers, watch } = topologySetUp()
    servers.host('r1').becomes('frozen')
    const watching = watch()
    const waiting = watching.firstAttempt
    watching.close()
    await waiting
  })
})

describe('closing', () => {
  it('leaves no timer and no connection, and nothing is asked any more', async () => {
    const { clock, server, watch, servers, rounds } = topologySetUp()
    server('r1', { owners: ['a'], epoch: 1 })
    const watching = watch()
    await clock.advance(250)
    watching.close()
    expect(clock.pending).toBe(0)
    expect(servers.open).toBe(0)
    const before = rounds('r1')
    watching.ask()
    await clock.advance(60_000)
    expect(rounds('r1')).toBe(before)
  })

  it('calls nothing more, also when answers arrive after it', async () => {
    const { clock, peer, server, watch, told, nobody, servers } = topologySetUp()
    server('r1', { owners: ['a'], epoch: 1 })
    const late = Promise.withResolvers<unknown>()
    const host = await peer('p1', { owners: ['a'], epoch: 1 })
    host.answer = (_, [, sub]) => (sub === 'INFO' ? bytes('') : late.promise)
    const watching = watch()
    await clock.advance(10)
    late.resolve([[0, 16_383, [bytes('a'), 7_000]]])
    watching.close()
    await clock.advance(60_000)
    expect([told, nobody]).toEqual([[], []])
    expect(clock.pending).toBe(0)
    expect(servers.host('r1').clients).toHaveLength(0)
  })

  it.each(['frozen', 'refusing'] as const)(
    'calls nothing more, and leaves nothing, when all it asks is %s',
    async (state) => {
      const { clock, watch, told, nobody, servers } = topologySetUp(['r1', 'r2'])
      for (const name of ['r1', 'r2']) servers.host(name).becomes(state)
      const watching = watch()
      watching.close()
      await clock.advance(500)
      expect([told, nobody]).toEqual([[], []])
      expect(clock.pending).toBe(0)
      expect(servers.open).toBe(0)
    },
  )

  // A known bug: those that are asked are left to their patience.
  it.fails('ends at once what it asks of servers that are not in use', async () => {
    const { clock, watch, servers } = topologySetUp()
    servers.host('r1').becomes('frozen')
    const watching = watch()
    await clock.advance(10)
    watching.close()
    await clock.advance(0)
    expect(servers.open).toBe(0)
    expect(clock.pending).toBe(0)
  })

  it('by who is told of the topology is honoured at once', async () => {
    const { clock, server, watch, told, state } = topologySetUp()
    server('r1', { owners: ['a'], epoch: 1 })
    const watching = watch()
    state.onTopology = () => watching.close()
    await clock.advance(60_000)
    expect(told).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })
})
