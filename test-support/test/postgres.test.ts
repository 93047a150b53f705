import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { startPostgres } from '../src/index.ts'

test('a started PostgreSQL accepts connections until it is stopped', async () => {
  const postgres = await startPostgres()
  expect(await authenticates(postgres.port)).toBe(true)
  await postgres.stop()
  await postgres.stop()
  expect(await authenticates(postgres.port)).toBe(false)
})

/** Speaks the first message of the protocol, and is let in without a password: an `R` with code 0. */
function authenticates(port: number): Promise<boolean> {
  const parameters = Buffer.from('user\0postgres\0database\0postgres\0\0')
  const startup = Buffer.alloc(8)
  startup.writeInt32BE(startup.length + parameters.length, 0)
  startup.writeInt32BE(196_608, 4)
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.concat([startup, parameters])))
    socket.once('data', (reply) => {
      socket.destroy()
      resolve(reply.toString('latin1', 0, 1) === 'R' && reply.readInt32BE(5) === 0)
    })
    socket.once('error', () => resolve(false))
  })
}
