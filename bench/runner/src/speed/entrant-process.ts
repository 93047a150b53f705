import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { RedisAddress } from '../subject.ts'
import type { Answer, Order, Who } from './order.ts'
import type { Turn } from './turn.ts'

/** For one that no longer answers at all; to fill a million entries takes the slowest half a minute. */
const LIMIT_MS = 180_000
const KEPT_OUTPUT = 2_000

/** An entrant in a process of its own. What it is asked rejects when it fails, ends, or takes too long. */
export interface EntrantProcess {
  /** @returns what was set */
  prepare(who: Who, redis: RedisAddress | undefined): Promise<string>
  turn(milliseconds: number): Promise<Turn>
  check(): Promise<void>
  stop(): Promise<void>
}

export function startEntrant(): EntrantProcess {
  const child = fork(fileURLToPath(new URL('child.ts', import.meta.url)), {
    execArgv: ['--conditions=@hitrate/source'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  const keep = (text: Buffer) => {
    output = (output + text.toString()).slice(-KEPT_OUTPUT)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const ask = (order: Order) => answerOf(child, order, () => output)
  return {
    prepare: async (who, redis) => {
      const answer = await ask({ do: 'prepare', who, ...(redis === undefined ? {} : { redis }) })
      return answer.did === 'prepare' ? answer.setUp : refuse(answer)
    },
    turn: async (milliseconds) => {
      const answer = await ask({ do: 'turn', milliseconds })
      return answer.did === 'turn' ? answer.turn : refuse(answer)
    },
    check: async () => {
      const answer = await ask({ do: 'check' })
      if (answer.did !== 'check') refuse(answer)
    },
    stop: async () => {
      child.kill('SIGKILL')
      await gone
    },
  }
}

function refuse(answer: Answer): never {
  throw new Error(answer.did === 'fail' ? answer.error : `it did ${answer.did}, which it was not asked`)
}

function answerOf(child: ChildProcess, order: Order, output: () => string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const fail = (why: string) => reject(new Error(`${why} ${output().trim()}`.trim()))
  const limit = setTimeout(() => fail(`no answer within ${LIMIT_MS / 1_000} s`), LIMIT_MS)
  const heard = (message: unknown) => resolve(JSON.parse(String(message)))
  const ended = (code: number | null, signal: string | null) =>
    fail(`the process ended with ${code ?? signal}`)
  child.once('message', heard)
  child.once('close', ended)
  child.send(JSON.stringify(order))
  return promise.finally(() => {
    clearTimeout(limit)
    child.off('message', heard)
    child.off('close', ended)
  })
}
