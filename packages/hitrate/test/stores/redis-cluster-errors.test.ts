import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTryAgain, redirectionOf, tellsOfChange } from '../../src/stores/redis/cluster-errors.ts'

describe('what a server says about a key that it does not hold', () => {
  it.each([
    ['MOVED 3999 127.0.0.1:6381', { kind: 'moved', slot: 3_999, host: '127.0.0.1', port: 6_381 }],
    ['ASK 3999 127.0.0.1:6381', { kind: 'ask', slot: 3_999, host: '127.0.0.1', port: 6_381 }],
    ['MOVED 0 cache-1.example:6379', { kind: 'moved', slot: 0, host: 'cache-1.example', port: 6_379 }],
    ['ASK 16383 2001:db8::7:6381', { kind: 'ask', slot: 16_383, host: '2001:db8::7', port: 6_381 }],
    ['MOVED 1 ::1:7000', { kind: 'moved', slot: 1, host: '::1', port: 7_000 }],
    ['MOVED 3999 :6381', { kind: 'moved', slot: 3_999, host: '', port: 6_381 }],
  ])('%s sends us there', (message, redirection) => {
    expect(redirectionOf(new Error(message))).toEqual(redirection)
  })

  it.each([
    ['MOVED', 'no place'],
    ['MOVED 3999', 'no address'],
    ['MOVED x 127.0.0.1:6381', 'no slot'],
    ['MOVED 3999 127.0.0.1', 'no port'],
    ['MOVED 3999 127.0.0.1:', 'an empty port'],
    ['MOVED 3999 127.0.0.1:port', 'a port that is none'],
    ['ERR MOVED 3999 127.0.0.1:6381', 'another error'],
    ['moved 3999 127.0.0.1:6381', 'text of ours'],
    ['ASKING 3999 127.0.0.1:6381', 'another word'],
    ['TRYAGAIN Multiple keys request during rehashing of slot', 'another thing to do'],
    ['', 'nothing'],
  ])('%j sends us nowhere: %s', (message) => {
    expect(redirectionOf(new Error(message))).toBeUndefined()
  })

  it.each([undefined, null, 'MOVED 3999 127.0.0.1:6381', { message: 'MOVED 3999 127.0.0.1:6381' }])(
    '%j is no error of a server',
    (error) => {
      expect(redirectionOf(error)).toBeUndefined()
      expect(isTryAgain(error)).toBe(false)
      expect(tellsOfChange(error)).toBe(false)
    },
  )

  it('is read whatever the host and the slot', () => {
    const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6(), fc.constant(''))
    const port = fc.integer({ min: 1, max: 65_535 })
    fc.assert(
      fc.property(fc.constantFrom('MOVED', 'ASK'), fc.nat(16_383), host, port, (word, slot, host, port) => {
        const kind = word === 'ASK' ? 'ask' : 'moved'
        const found = redirectionOf(new Error(`${word} ${slot} ${host}:${port}`))
        expect(found).toEqual({ kind, slot, host, port })
      }),
    )
  })

  it('never makes it throw', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (error, message) => {
        for (const one of [error, new Error(message), new Error(`MOVED ${message}`)]) {
          redirectionOf(one)
          isTryAgain(one)
          tellsOfChange(one)
        }
      }),
    )
  })
})

describe('other answers of a cluster', () => {
  it.each([
    'CLUSTERDOWN The cluster is down',
    'CLUSTERDOWN Hash slot not served',
    "READONLY You can't write against a read only replica.",
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  ])('%s tells that it has changed', (message) => {
    expect(tellsOfChange(new Error(message))).toBe(true)
    expect(redirectionOf(new Error(message))).toBeUndefined()
  })

  it.each([
    'MOVED 3999 127.0.0.1:6381',
    'TRYAGAIN Multiple keys request during rehashing of slot',
    'OOM command not allowed when used memory > maxmemory.',
    'LOADING Redis is loading the dataset in memory',
    'READONLYISH no such thing',
    'ERR READONLY',
    'Socket closed unexpectedly',
  ])('%s does not', (message) => {
    expect(tellsOfChange(new Error(message))).toBe(false)
  })

  it('say when to try again, and only then', () => {
    expect(isTryAgain(new Error('TRYAGAIN Multiple keys request during rehashing of slot'))).toBe(true)
    expect(isTryAgain(new Error('ERR TRYAGAIN'))).toBe(false)
    expect(isTryAgain(new Error('ASK 3999 127.0.0.1:6381'))).toBe(false)
  })
})
