import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { startRedis } from '../src/index.ts'
import { isAlive, startOwner } from './owner.ts'

const redis = await startRedis()
afterAll(() => redis.stop())

test('a started Redis answers, and keeps what it is given', async () => {
  await redis.exec('SET', 'greeting', 'hello there')
  expect(await redis.exec('GET', 'greeting')).toBe('hello there')
})

test('a Redis writes nothing to disk by itself', async () => {
  expect(await redis.exec('CONFIG', 'GET', 'save')).toBe('save\n')
  expect(await redis.exec('CONFIG', 'GET', 'appendonly')).toBe('appendonly\nno')
})

test('an error reply rejects', async () => {
  await expect(redis.exec('NOSUCHCOMMAND')).rejects.toThrow('unknown command')
})

test('two servers started at the same time are two', async () => {
  await using one = await startRedis()
  await using other = await startRedis()
  await one.exec('SET', 'key', 'one')
  expect(await other.exec('EXISTS', 'key')).toBe('0')
})

test('a password is asked for and stands in the URL', async () => {
  await using locked = await startRedis({ password: 'p@ss' })
  expect(locked.url).toBe(`redis://:p%40ss@127.0.0.1:${locked.port}`)
  expect(await locked.exec('PING')).toBe('PONG')
})

test('settings reach the server', async () => {
  await using small = await startRedis({ settings: { maxmemory: '10mb' } })
  expect(await small.exec('CONFIG', 'GET', 'maxmemory')).toBe('maxmemory\n10485760')
})

test('a refused setting fails with the log of the server', async () => {
  await expect(startRedis({ settings: { maxmemory: 'plenty' } })).rejects.toThrow(
    /redis-server ended with 1.*plenty/s,
  )
})

test('a killed Redis refuses connections, and comes back empty on its port', async () => {
  await using victim = await startRedis()
  await victim.exec('SET', 'key', 'value')
  await victim.kill()
  await expect(victim.exec('PING')).rejects.toThrow('refused')
  await victim.restart()
  expect(await victim.exec('EXISTS', 'key')).toBe('0')
})

test('a frozen Redis keeps its connections and answers once thawed', async () => {
  await using server = await startRedis()
  const socket = connect(server.port, '127.0.0.1')
  await once(socket, 'connect')
  server.freeze()
  socket.write('PING\r\n')
  const first = await Promise.race([once(socket, 'data'), sleep(200, 'silence')])
  expect(first).toBe('silence')
  const answer = once(socket, 'data')
  server.thaw()
  expect(String(await answer)).toBe('+PONG\r\n')
  socket.destroy()
})

test('a frozen Redis can be stopped, and stopping twice is harmless', async () => {
  const server = await startRedis()
  server.freeze()
  await server.stop()
  await server.stop()
  await expect(server.exec('PING')).rejects.toThrow('refused')
})

test('a Redis does not outlive the process that started it, even one that was killed', async () => {
  const owner = await startOwner(`
    const redis = await support.startRedis()
    console.log(await redis.exec('INFO', 'server') + await redis.exec('CONFIG', 'GET', 'dir'))
  `)
  const pid = Number(/process_id:(\d+)/.exec(owner.output)?.[1])
  const directory = /dir\n(.*)\n/.exec(owner.output)?.[1] ?? ''
  expect(existsSync(directory)).toBe(true)

  owner.kill()

  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
  await expect.poll(() => existsSync(directory), { timeout: 10_000 }).toBe(false)
})
