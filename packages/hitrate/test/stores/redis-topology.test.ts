import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nameOf, parseEpoch, parseHoldings, parseSlots } from '../../src/stores/redis/topology.ts'
import { at, bytes } from './redis-fake-servers.ts'

const ASKED = at('asked')
const ID = 'b0c1417b2add9ee226bd29fd73b580f0f22a918c'

/** One range as Redis 7 tells it: the primary first, then its replicas. */
const range = (
  from: number,
  to: number,
  ...servers: readonly (readonly [host: unknown, port: unknown])[]
) => [from, to, ...servers.map(([host, port]) => [host, port, bytes(ID), []])]

describe('the answer to CLUSTER SLOTS', () => {
  it('says who holds which slots: the first server of each range', () => {
    const reply = [
      range(0, 5_460, [bytes('10.0.0.1'), 7_001], [bytes('10.0.0.4'), 7_004]),
      range(5_461, 5_461, [bytes('10.0.0.2'), 7_002]),
    ]
    expect(parseSlots(reply, ASKED)).toEqual([
      { from: 0, to: 5_460, owner: at('10.0.0.1', 7_001) },
      { from: 5_461, to: 5_461, owner: at('10.0.0.2', 7_002) },
    ])
  })

  it.each([
    ['an empty host', bytes('')],
    ['no host', null],
    ['a host that the server does not know', bytes('?')],
  ])('means the one that was asked by %s', (_, host) => {
    expect(parseSlots([range(0, 1, [host, 7_001])], ASKED)[0]?.owner).toEqual(at('asked', 7_001))
  })

  it.each(['cache-1.example', '::1', '2001:db8::7', '127.0.0.1'])('may name a host as %s', (host) => {
    expect(parseSlots([range(0, 1, [bytes(host), 7_001])], ASKED)[0]?.owner).toEqual(at(host, 7_001))
    expect(parseSlots([range(0, 1, [host, '7001'])], ASKED)[0]?.owner).toEqual(at(host, 7_001))
  })

  it('may name no slots at all', () => {
    expect(parseSlots([], ASKED)).toEqual([])
  })

  it.each<readonly [string, unknown]>([
    ['null', null],
    ['text', bytes('OK')],
    ['a number', 1],
    ['a map', { slots: [] }],
    ['ranges that are none', [1]],
    ['a range without a server', [[0, 1]]],
    ['a server that is none', [[0, 1, bytes('10.0.0.1')]]],
    ['a server without a port', [[0, 1, [bytes('10.0.0.1')]]]],
    ['a port that is none', [[0, 1, [bytes('10.0.0.1'), bytes('port')]]]],
    ['a slot that is none', [[bytes('x'), 1, [bytes('10.0.0.1'), 7_001]]]],
    ['a host that is a number', [[0, 1, [1, 7_001]]]],
  ])('is refused where it is %s', (_, reply) => {
    expect(() => parseSlots(reply, ASKED)).toThrow('Redis answered')
  })
})

describe('the epoch in the answer to CLUSTER INFO', () => {
  it.each([
    ['cluster_state:ok\r\ncluster_current_epoch:12\r\ncluster_my_epoch:3\r\n', 12],
    ['cluster_my_epoch:3\r\ncluster_current_epoch:0', 0],
    ['cluster_my_epoch:3', 0],
    ['cluster_current_epoch:x', 0],
    ['', 0],
  ])('of %j is %d', (info, epoch) => {
    expect(parseEpoch(bytes(info))).toBe(epoch)
    expect(parseEpoch(info)).toBe(epoch)
  })

  it('is refused where the answer is no text', () => {
    expect(() => parseEpoch(null)).toThrow('Redis answered null where text was expected')
  })
})

describe('what a server holds by its line of CLUSTER NODES', () => {
  const other = `27ad48e331129728b915881ae83dc553ffbd3927 10.0.0.2:7002@17002 master - 0 1795809509035 1 connected 8001-16383`
  const mine = (slots: string, flags = 'myself,master') =>
    `${ID} 10.0.0.1:7001@17001,cache-1.example ${flags} - 0 0 2 connected${slots === '' ? '' : ` ${slots}`}`

  it('is itself and its slots, and nothing that changes by itself', () => {
    expect(parseHoldings(bytes(`${other}\n${mine('0-100 102 200-300')}\n`))).toBe(`${ID} 0-100 102 200-300`)
    const later = mine('0-100 102 200-300').replace('0 0 2', '5 1795809509035 3')
    expect(parseHoldings(`${later}\n${other}\n`)).toBe(`${ID} 0-100 102 200-300`)
  })

  it.each([
    '[93-<-292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f]',
    '[77->-e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca]',
  ])('is not known while a slot moves: %s', (moving) => {
    expect(parseHoldings(`${mine(`0-100 ${moving}`)}\n${other}\n`)).toBeUndefined()
    expect(parseHoldings(`${mine(moving)}\n${other}\n`)).toBeUndefined()
  })

  it('is known while others move their slots', () => {
    const moving = `${other} [93-<-292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f]`
    expect(parseHoldings(`${moving}\n${mine('0-100')}\n`)).toBe(`${ID} 0-100`)
  })

  it('may be nothing', () => {
    expect(parseHoldings(`${mine('', 'myself,slave')}\r\n${other}\r\n`)).toBe(`${ID} `)
  })

  it('is found only in its own line', () => {
    const decoy = other.replace('10.0.0.2', 'myself.example')
    expect(parseHoldings(`${decoy}\n${mine('5')}`)).toBe(`${ID} 5`)
    expect(() => parseHoldings(`${decoy}\n`)).toThrow('CLUSTER NODES names no myself')
    expect(() => parseHoldings('')).toThrow('CLUSTER NODES names no myself')
    expect(() => parseHoldings(null)).toThrow('Redis answered null')
  })
})

it('two servers have two names', () => {
  const address = fc.record({
    host: fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()),
    port: fc.integer({ min: 1, max: 65_535 }),
  })
  fc.assert(
    fc.property(address, address, (one, other) => {
      const same = one.host === other.host && one.port === other.port
      expect(nameOf(one) === nameOf(other)).toBe(same)
    }),
  )
  expect(nameOf(at('::1', 7_000))).toBe('::1:7000')
})
