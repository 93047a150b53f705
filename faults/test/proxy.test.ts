import { connect, type Socket } from 'node:net'
import { type RedisServer, startRedis } from '@hitrate/test-support'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startProxy, type TcpProxy } from '../src/proxy.ts'

let redis: RedisServer
let proxy: TcpProxy
const sockets: Socket[] = []

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())
beforeEach(async () => {
  proxy = await startProxy(redis.url)
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await proxy.stop()
})

/** A client: what it has heard so far, and how it ended. */
function client(from = '127.0.0.1') {
  const socket = connect({ port: proxy.port, host: '127.0.0.1', localAddress: from })
  sockets.push(socket)
  const heard = { text: '', end: undefined as string | undefined }
  socket.on('data', (chunk) => {
    heard.text += chunk.toString()
  })
  socket.on('error', (error) => {
    heard.end = 'code' in error ? String(error.code) : error.message
  })
  socket.on('close', () => {
    heard.end ??= 'closed'
  })
  return { heard, ping: () => socket.write('PING\r\n'), send: (text: string) => socket.write(text) }
}
const within = { timeout: 5_000, interval: 5 }
const heardPong = (one: ReturnType<typeof client>) =>
  expect.poll(() => one.heard.text, within).toBe('+PONG\r\n')
const ended = (one: ReturnType<typeof client>, how: string) =>
  expect.poll(() => one.heard.end, within).toBe(how)
const soon = () => new Promise((resolve) => setTimeout(resolve, 100))

test('carries both ways and counts', async () => {
  const one = client()
  one.ping()
  await heardPong(one)
  expect(proxy.counts).toMatchObject({ accepted: 1, bytesUp: 6, bytesDown: 7, open: 1 })
  expect(proxy.url).toBe(`redis://127.0.0.1:${proxy.port}`)
})

test('delays each chunk, in their order', async () => {
  proxy.delay(150)
  const one = client()
  const began = performance.now()
  one.send('ECHO a\r\n')
  await soon()
  proxy.delay(0)
  one.send('ECHO b\r\n')
  await expect.poll(() => one.heard.text, within).toBe('$1\r\na\r\n$1\r\nb\r\n')
  expect(performance.now() - began).toBeGreaterThan(140)
})

test('refuses connections, and takes them again on the same port', async () => {
  await proxy.welcome('refuse')
  await ended(client(), 'ECONNREFUSED')
  await proxy.welcome('carry')
  const one = client()
  one.ping()
  await heardPong(one)
})

test('accepts and never answers', async () => {
  await proxy.welcome('mute')
  const one = client()
  one.ping()
  await soon()
  expect(one.heard).toEqual({ text: '', end: undefined })
  expect(proxy.counts.open).toBe(1)
})

test.each(['up', 'down', 'both'] as const)(
  'falls silent (%s) without a word, and delivers late',
  async (way) => {
    const one = client()
    await expect.poll(() => proxy.counts.open, within).toBe(1)
    proxy.silence(way)
    one.ping()
    await soon()
    expect(one.heard).toEqual({ text: '', end: undefined })
    proxy.speak()
    await heardPong(one)
  },
)

test('forgets the connections that exist, not those to come', async () => {
  const one = client()
  await expect.poll(() => proxy.counts.open, within).toBe(1)
  proxy.deaden()
  one.ping()
  const two = client()
  two.ping()
  await heardPong(two)
  expect(one.heard).toEqual({ text: '', end: undefined })
})

test('cuts', async () => {
  const one = client()
  await expect.poll(() => proxy.counts.open, within).toBe(1)
  proxy.cut()
  await ended(one, 'ECONNRESET')
  expect(proxy.counts.open).toBe(0)
})

test('ends a connection in the middle of a reply', async () => {
  const one = client()
  one.ping()
  await heardPong(one)
  proxy.truncate(3)
  one.ping()
  await expect.poll(() => one.heard.end, within).toBeDefined()
  expect(one.heard.text.length).toBeLessThanOrEqual('+PONG\r\n+PO'.length)
})

test('tells connections apart by where they come from', async () => {
  const [near, far] = [client('127.0.0.1'), client('127.0.1.9')]
  await expect.poll(() => proxy.counts.open, within).toBe(2)
  proxy.from('127.0.1.9').silence()
  far.ping()
  near.ping()
  await heardPong(near)
  const later = client('127.0.1.9')
  later.ping()
  await soon()
  expect([far.heard.text, later.heard.text]).toEqual(['', ''])
  proxy.from('127.0.1.9').speak()
  await heardPong(far)
  await heardPong(later)
})

test('heals what it did to some connections alone', async () => {
  proxy.from('127.0.1.9').silence()
  proxy.from('127.0.1.9').delay(60_000)
  await proxy.heal()
  const one = client('127.0.1.9')
  one.ping()
  await heardPong(one)
})
