import { describe, expect, it } from 'vitest'
import { broken, gate, setUp } from './redis-manual.ts'

describe('reopening', () => {
  it('loses the link at once, rejects what is pending, and connects anew at once', async () => {
    const { connection, clients, server, link, availability, clock } = setUp()
    await link()
    await clock.advance(1_000)
    const first = connection.link
    server.silent = true
    const pending = connection.send(['GET', 'k'])
    connection.reopen()
    expect(first.lost).toBe(true)
    expect(connection.ready).toBe(false)
    await expect(pending).rejects.toThrow('Disconnects client')
    expect(clients[0]?.destroyed).toBe(true)
    expect(clients).toHaveLength(2)
    server.silent = false
    await link()
    expect(connection.link).not.toBe(first)
    expect(availability).toEqual([true, false, true])
  })

  it('does nothing while a link is being made, however often it is asked for', async () => {
    const { connection, clients, link, clock } = setUp()
    connection.reopen()
    expect(clients).toHaveLength(1)
    await link()
    await clock.advance(1_000)
    for (let time = 0; time < 100; time++) connection.reopen()
    expect(clients).toHaveLength(2)
    clients[1]?.accepted()
    connection.reopen()
    expect(clients).toHaveLength(2)
    expect(clients[1]?.destroyed).toBe(false)
  })

  it('gives up a link that is still being readied', async () => {
    const { prepare, open } = gate()
    const { connection, clients, link, clock } = setUp(prepare)
    await clock.advance(1_000)
    await link()
    await clock.advance(1_000)
    connection.reopen()
    open()
    await clock.advance(0)
    expect(connection.ready).toBe(false)
    expect(clients).toHaveLength(2)
  })

  it('makes at most four clients a second', async () => {
    const { connection, clients, link, clock } = setUp()
    for (let round = 0; round < 10; round++) {
      await link()
      connection.reopen()
      await clock.advance(100)
    }
    expect(clients.length).toBeGreaterThan(2)
    expect(clients.length).toBeLessThanOrEqual(5)
  })

  it('destroys a client once more that went on connecting', async () => {
    const { connection, clients, link, clock } = setUp()
    await link()
    await clock.advance(1_000)
    connection.reopen()
    const old = clients[0]
    if (old === undefined) throw new Error('no client was made')
    old.destroyed = false
    old.accepted()
    expect(old.destroyed).toBe(true)
  })

  it('hears nothing of the client that was given up', async () => {
    const { connection, clients, link, clock, availability, warnings } = setUp()
    await link()
    await clock.advance(1_000)
    connection.reopen()
    await link()
    clients[0]?.fails(broken())
    clients[0]?.ready()
    await clock.advance(0)
    expect(connection.ready).toBe(true)
    expect(availability).toEqual([true, false, true])
    expect(warnings).toHaveLength(1)
  })
})

describe('by itself the connection is made anew', () => {
  it('when the server falls silent: noticed within four seconds', async () => {
    const { connection, clients, server, link, clock, warnings } = setUp()
    await link()
    await clock.advance(10_500)
    server.silent = true
    await clock.advance(4_000)
    expect(clients).toHaveLength(2)
    expect(connection.ready).toBe(false)
    expect(warnings[0]).toContain('L2 does not answer, connecting again')
    server.silent = false
    await link()
    expect(connection.ready).toBe(true)
  })

  it('when the server falls silent while the link is readied', async () => {
    const { clients, server, link, clock } = setUp()
    server.silent = true
    await link()
    await clock.advance(4_000)
    expect(clients).toHaveLength(2)
  })

  it('when the handshake is not answered within three seconds, again and again', async () => {
    const { connection, clients, latest, link, clock, warnings } = setUp()
    const ended = connection.firstAttempt
    latest().accepted()
    await clock.advance(2_999)
    expect(clients).toHaveLength(1)
    await clock.advance(1)
    await ended
    expect(clients).toHaveLength(2)
    expect(clients[0]?.destroyed).toBe(true)
    latest().accepted()
    await clock.advance(3_000)
    expect(clients).toHaveLength(3)
    expect(warnings).toHaveLength(1)
    await link()
    expect(connection.ready).toBe(true)
    await clock.advance(60_000)
    expect(clients).toHaveLength(3)
  })

  it('when the client can no longer read what the server sends', async () => {
    const { connection, clients, latest, link, clock } = setUp()
    await link()
    await clock.advance(1_000)
    const first = connection.link
    latest().stumbles()
    expect(first.lost).toBe(true)
    expect(clients[0]?.destroyed).toBe(true)
    await link()
    expect(connection.ready).toBe(true)
  })
})

describe('tracking that the server refuses', () => {
  it('is given up, said once, and the link is made without', async () => {
    const { connection, latest, link, tracking, warnings } = setUp()
    const refusal = new Error("ERR unknown subcommand 'TRACKING'. Try CLIENT HELP.")
    latest().fails(refusal)
    expect(tracking.seam.trackingOn()).toEqual(['PING'])
    await link()
    expect(connection.link).toMatchObject({ tracked: false, lost: false })
    latest().fails(broken())
    await link()
    expect(connection.link.tracked).toBe(false)
    expect(warnings.filter((warning) => warning.includes('CLIENT TRACKING'))).toHaveLength(1)
  })

  it.each([
    "NOPERM this user has no permissions to run the 'client|tracking' command",
    "NOPERM this user has no permissions to run the 'client' command or its subcommand",
    'ERR unknown command `CLIENT`, with args beginning with: `TRACKING`, `ON`, `NOLOOP`,',
    "ERR Unknown subcommand or wrong number of arguments for 'TRACKING'. Try CLIENT HELP.",
  ])('is known from: %s', (message) => {
    const { latest, tracking } = setUp()
    latest().fails(new Error(message))
    expect(tracking.mode).toBe('none')
  })

  it.each([
    'connect ECONNREFUSED 127.0.0.1:6379',
    'Client network socket disconnected before secure TLS connection was established',
    'The client is closed',
    'WRONGPASS invalid username-password pair or user is disabled.',
    'ERR unknown command `HELLO`, with args beginning with: `3`,',
  ])('is not taken from: %s', (message) => {
    const { latest, tracking } = setUp()
    latest().fails(new Error(message))
    expect(tracking.mode).toBe('all')
  })
})

describe('what is said', () => {
  it('is each trouble once, until L2 was found again, and never a URL', async () => {
    const { latest, link, warnings } = setUp()
    const failure = new Error('cannot connect to redis://user:secret@host:1')
    latest().fails(failure)
    latest().fails(failure)
    expect(warnings).toHaveLength(1)
    latest().fails(broken())
    latest().fails(failure)
    latest().fails(broken())
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toContain('L2 connection failed, trying again')
    expect(warnings[0]).toContain('<url>')
    expect(warnings.join()).not.toContain('secret')
    await link()
    latest().fails(failure)
    expect(warnings).toHaveLength(4) // L2 lost, and why
  })

  it('is not all there is, where each attempt fails in another way', () => {
    const { latest, warnings } = setUp()
    for (let attempt = 0; attempt < 100; attempt++) latest().fails(new Error(`failure ${attempt}`))
    expect(warnings).toHaveLength(20)
  })
})

describe('closing', () => {
  it('leaves nothing behind, whatever was going on', async () => {
    for (const until of ['start', 'accepted', 'ready', 'pause'] as const) {
      const { connection, clients, latest, link, clock, availability } = setUp()
      const ended = connection.firstAttempt
      if (until === 'accepted') latest().accepted()
      if (until === 'ready' || until === 'pause') await link()
      if (until === 'pause') connection.reopen()
      const { link: last } = connection
      await connection.close()
      await ended
      expect(clock.pending).toBe(0)
      expect(last.lost).toBe(true)
      expect(clients.every((client) => client.destroyed)).toBe(true)
      expect(connection.ready).toBe(false)
      await expect(connection.send(['GET', 'k'])).rejects.toThrow()
      connection.reopen()
      latest().accepted()
      latest().ready()
      await clock.advance(60_000)
      expect(clients).toHaveLength(1)
      expect(availability.at(-1) ?? false).toBe(false)
    }
  })
})
