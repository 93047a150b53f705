import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const LIMIT_MS = 120_000

/**
 * Lets a file do one thing, alone in a process that can collect its garbage on demand. It is sent `order`, as JSON, and
 * sends back what it found. Rejects where it ends otherwise.
 */
export async function inProcess<Found>(file: URL, order: object): Promise<Found> {
  const child = fork(fileURLToPath(file), {
    execArgv: ['--conditions=@hitrate/source', '--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const { promise, resolve, reject } = Promise.withResolvers<Found>()
  const limit = setTimeout(() => reject(new Error(`${file}: nothing within ${LIMIT_MS} ms`)), LIMIT_MS)
  child.once('message', (message) => resolve(JSON.parse(String(message))))
  const gone = new Promise<void>((ended) => {
    child.once('close', (code, signal) => {
      reject(new Error(`${file} ended with ${code ?? signal}`))
      ended()
    })
  })
  child.send(JSON.stringify(order))
  try {
    return await promise
  } finally {
    clearTimeout(limit)
    child.kill('SIGKILL')
    await gone
  }
}
