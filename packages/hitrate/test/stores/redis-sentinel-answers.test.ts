import { describe, expect, it } from 'vitest'
import { MASTER, SHAPES, sentinelAnswer, watchSetUp } from './redis-fake-sentinels.ts'
import { at } from './redis-fake-servers.ts'

describe.each(SHAPES)('answers that come as %s', (shape) => {
  it('name the primary and the other sentinels, which are asked when the one that was named dies', async () => {
    const { clock, sentinel, servers, watch, primaries } = watchSetUp(['s1'])
    sentinel('s1', { primary: 'p1', epoch: 1, others: ['s2', 's3'], shape })
    const knows = { primary: 'p1', epoch: 1, others: ['s1', 's3'], shape }
    sentinel('s2', knows)
    sentinel('s3', knows)
    watch()
    await clock.advance(150)
    servers.host('s1').becomes('refusing')
    Object.assign(knows, { primary: 'p2', epoch: 2 })
    await clock.advance(150)
    expect(primaries).toEqual(['p1:7000', 'p2:7000'])
  })

  it('are believed by the epoch they tell', async () => {
    const { clock, sentinel, watch, primaries } = watchSetUp(['s1', 's2'])
    sentinel('s1', { primary: 'new', epoch: 12, shape })
    sentinel('s2', { primary: 'old', epoch: 9, shape })
    watch()
    await clock.advance(1_000)
    expect(primaries.at(-1)).toBe('new:7000')
    expect(primaries.length).toBeLessThanOrEqual(2)
  })
})

describe('other sentinels', () => {
  it('are looked for every half a minute: who joined later is asked when all that were there are gone', async () => {
    const { clock, sentinel, servers, watch, primaries } = watchSetUp(['s1'])
    const first = { primary: 'p1', epoch: 1, others: ['s2'] }
    sentinel('s1', first)
    sentinel('s2', { ...first, others: ['s1'] })
    watch()
    await clock.advance(1_000)
    first.others = ['s2', 's3']
    sentinel('s3', { primary: 'p2', epoch: 2 })
    await clock.advance(31_000)
    for (const name of ['s1', 's2']) servers.host(name).becomes('refusing')
    await clock.advance(1_000)
    expect(primaries).toEqual(['p1:7000', 'p2:7000'])
    expect(servers.host('s1').count('SENTINEL SENTINELS')).toBeLessThanOrEqual(2)
  })

  it('are asked over one connection each, also when they are named again', async () => {
    const { clock, sentinel, servers, watch } = watchSetUp(['s1', 's2'])
    sentinel('s1', { primary: 'p1', epoch: 1, others: ['s2', 's3'] })
    sentinel('s2', { primary: 'p1', epoch: 1, others: ['s1', 's3'] })
    sentinel('s3', { primary: 'p1', epoch: 1, others: ['s1', 's2'] })
    watch()
    await clock.advance(120_000)
    for (const name of ['s1', 's2', 's3']) expect(servers.host(name).clients).toHaveLength(1)
  })

  it('are reached as everything else', async () => {
    const reach = ({ host }: { readonly host: string }) => at(host.replace('inside', 'outside'))
    const { clock, sentinel, watch, rounds } = watchSetUp(['s1'], reach)
    sentinel('s1', { primary: 'p1', epoch: 1, others: ['inside'] })
    sentinel('outside', { primary: 'p1', epoch: 1 })
    watch()
    await clock.advance(150)
    expect(rounds('outside')).toBe(1)
    expect(rounds('inside')).toBe(0)
  })

  it('are not needed: a sentinel that does not tell of any is believed all the same', async () => {
    const { clock, sentinel, watch, primaries, nobody } = watchSetUp(['s1'])
    const answer = sentinelAnswer({ primary: 'p1', epoch: 1 })
    sentinel('s1', { primary: 'p1', epoch: 1 }).answer = (command, args) =>
      args[1] === 'SENTINELS' ? new Error('NOPERM') : answer(command, args)
    watch()
    await clock.advance(60_000)
    expect(primaries).toEqual(['p1:7000'])
    expect(nobody).toEqual([])
  })
})

describe('an answer that makes no sense', () => {
  const JUNK: readonly (readonly [string, (sub: unknown) => unknown])[] = [
    ['no address', (sub) => (sub === 'MASTER' ? ['config-epoch', '1'] : null)],
    ['half an address', (sub) => (sub === 'MASTER' ? ['config-epoch', '1'] : ['p1'])],
    ['a port that is none', (sub) => (sub === 'MASTER' ? ['config-epoch', '1'] : ['p1', 'x'])],
    ['no epoch', (sub) => (sub === 'MASTER' ? ['name', MASTER] : ['p1', '7000'])],
    ['a value named as the epoch', (sub) => (sub === 'MASTER' ? ['name', 'config-epoch'] : ['p1', '7000'])],
    ['no fields', (sub) => (sub === 'MASTER' ? 7 : ['p1', '7000'])],
    ['null for fields', (sub) => (sub === 'MASTER' ? 'config-epoch' : ['p1', '7000'])],
  ]

  it.each(JUNK)('(%s) counts as none', async (_, answer) => {
    const { clock, sentinel, watch, primaries, nobody } = watchSetUp(['s1'])
    sentinel('s1', { primary: 'p1', epoch: 1 }).answer = (_command, [, sub]) => answer(sub)
    watch()
    await clock.advance(0)
    expect(primaries).toEqual([])
    expect(nobody).toHaveLength(1)
  })
})
