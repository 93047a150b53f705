import { describe, expect, it } from 'vitest'
import { NO_LINK } from '../../src/stores/store.ts'
import { broken, gate, refused, setUp } from './redis-manual.ts'

describe('before the first link', () => {
  it('there is no link, and commands reject at once', async () => {
    const { connection, availability } = setUp()
    expect(connection.link).toBe(NO_LINK)
    expect(connection.ready).toBe(false)
    expect(connection.serverNow()).toBeUndefined()
    await expect(connection.send(['GET', 'k'])).rejects.toThrow('out of reach')
    expect(availability).toEqual([])
  })

  it.each([
    ['a refused connection', refused()],
    ['a wrong password', new Error('WRONGPASS invalid username-password pair or user is disabled.')],
  ])('%s ends the first attempt', async (_, error) => {
    const { connection, latest } = setUp()
    const ended = connection.firstAttempt
    latest().fails(error)
    await ended
    expect(connection.firstAttempt).toBeUndefined()
  })

  it('a server that refuses to track does not end the first attempt: the next one asks for less', async () => {
    const { connection, latest, link } = setUp()
    latest().fails(new Error("NOPERM this user has no permissions to run the 'client|tracking' command"))
    expect(connection.firstAttempt).toBeDefined()
    await link()
    expect(connection.ready).toBe(true)
  })
})

describe('a link', () => {
  it('counts as available once it is readied, not before', async () => {
    const { prepare, open, links } = gate()
    const { connection, availability, link, clock } = setUp(prepare)
    await link()
    expect(connection.ready).toBe(false)
    expect(connection.link).toBe(NO_LINK)
    await expect(connection.send(['GET', 'k'])).rejects.toThrow('out of reach')
    expect(await links[0]?.send(['GET', 'k'])).toBe('OK')
    open()
    await clock.advance(0)
    expect(connection.ready).toBe(true)
    expect(connection.link).toBe(links[0]?.link)
    expect(connection.link).toMatchObject({ tracked: true, lost: false })
    expect(connection.label).toBe('redis 7.0.15 standalone')
    expect(await connection.send(['GET', 'k'])).toBe('OK')
    expect(availability).toEqual([true])
  })

  it('is another one after each loss, and the lost one stays lost', async () => {
    const { connection, latest, link, availability } = setUp()
    await link()
    const first = connection.link
    latest().fails(broken())
    expect(first.lost).toBe(true)
    expect(connection.link).toBe(first)
    expect(connection.ready).toBe(false)
    await link()
    expect(connection.link).not.toBe(first)
    expect(connection.link.lost).toBe(false)
    expect(first.lost).toBe(true)
    expect(availability).toEqual([true, false, true])
  })

  it('is never used when it was lost while it was readied, even if that ends well', async () => {
    const { prepare, open } = gate()
    const { connection, latest, link, clock, availability } = setUp(prepare)
    await link()
    latest().fails(broken())
    open()
    await clock.advance(1_000)
    expect(connection.ready).toBe(false)
    await link() // the next one, not readied yet
    expect(connection.ready).toBe(false)
    open()
    await clock.advance(0)
    expect(availability).toEqual([true])
  })

  it('is readied again after a quarter of a second when that failed, as long as it lives', async () => {
    const { prepare, open, refuse, links } = gate()
    const { connection, link, clock, warnings, latest } = setUp(prepare)
    await link()
    refuse('LOADING Redis is loading the dataset in memory')
    await clock.advance(249)
    expect(links).toHaveLength(1)
    await clock.advance(1)
    refuse('LOADING Redis is loading the dataset in memory')
    await clock.advance(250)
    expect(links).toHaveLength(3)
    expect(links[2]?.link).toBe(links[0]?.link)
    open()
    await clock.advance(0)
    expect(connection.ready).toBe(true)
    expect(warnings).toHaveLength(1)

    latest().fails(broken())
    await link()
    refuse('OOM')
    latest().fails(broken())
    await clock.advance(1_000)
    expect(links).toHaveLength(4)
  })

  it('given to who readies it carries nothing over a later one', async () => {
    const { prepare, open, links } = gate()
    const { latest, link, clock } = setUp(prepare)
    await link()
    open()
    await clock.advance(0)
    latest().fails(broken())
    await link()
    expect(links[0]?.ready).toBe(false)
    await expect(links[0]?.send(['GET', 'k'])).rejects.toThrow('lost')
    expect(links[1]?.ready).toBe(true)
    expect(await links[1]?.send(['GET', 'k'])).toBe('OK')
  })

  it('that breaks rejects what is pending', async () => {
    const { connection, server, latest, link } = setUp()
    await link()
    server.silent = true
    const pending = connection.send(['GET', 'k'])
    latest().fails(broken())
    await expect(pending).rejects.toThrow('Socket closed unexpectedly')
  })
})

describe('the proof that a link is alive', () => {
  it('is when the newest question that was answered was sent', async () => {
    const { connection, clock, server, link } = setUp()
    await link()
    expect(connection.link.provenAt).toBe(0)
    await clock.advance(100)
    await connection.send(['GET', 'k'])
    expect(connection.link.provenAt).toBe(100)
    const answer = Promise.withResolvers<string>()
    server.answer = () => answer.promise
    const asked = connection.send(['GET', 'k'])
    await clock.advance(200)
    expect(connection.link.provenAt).toBe(100)
    answer.resolve('OK')
    await asked
    expect(connection.link.provenAt).toBe(100)
    await clock.advance(800)
    expect(connection.link.provenAt).toBe(1_100) // by its own PING
  })

  it('is an error of the server too, and never one of the client', async () => {
    const { connection, clock, server, link } = setUp()
    await link()
    await clock.advance(100)
    server.answer = () => new Error('WRONGTYPE Operation against a key holding the wrong kind of value')
    await expect(connection.send(['GET', 'k'])).rejects.toThrow('WRONGTYPE')
    expect(connection.link.provenAt).toBe(100)
    await clock.advance(100)
    server.answer = () => new Error('The queue is full')
    await expect(connection.send(['GET', 'k'])).rejects.toThrow('queue')
    expect(connection.link.provenAt).toBe(100)
  })
})

describe('that the server changed', () => {
  it('is not said of the first one, nor of the same one', async () => {
    const { latest, link, changes } = setUp()
    await link()
    latest().fails(broken())
    await link()
    expect(changes).toEqual([false, false])
  })

  it('is said until a link to the new one was readied', async () => {
    const { prepare, open, refuse } = gate()
    const { latest, link, changes, server, clock } = setUp(prepare)
    await link()
    open()
    await clock.advance(0)
    server.runId = 'second'
    latest().fails(broken())
    await link()
    refuse('ERR')
    await clock.advance(250)
    latest().fails(broken())
    await link()
    open()
    await clock.advance(0)
    latest().fails(broken())
    await link()
    expect(changes).toEqual([false, true, true, true, false])
  })

  it('is said whenever it is not known: who may not ask must take it for so', async () => {
    const { latest, link, changes, server } = setUp()
    server.runId = undefined
    await link()
    latest().fails(broken())
    await link()
    server.runId = 'first'
    latest().fails(broken())
    await link()
    latest().fails(broken())
    await link()
    expect(changes).toEqual([false, true, true, false])
  })
})
