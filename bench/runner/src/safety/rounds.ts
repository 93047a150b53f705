import type { RedisServer } from '@hitrate/test-support'
import type { Case } from './cases.ts'

/** What one case cost in one round. */
export interface Slot {
  readonly operations: number
  /** Of wall-clock time, per operation. */
  readonly microseconds: number
  /** Of this process, per operation. */
  readonly cpuMicroseconds: number
  /** Of the Redis server, per operation. */
  readonly serverCpuMicroseconds: number
}

type Redis = Pick<RedisServer, 'exec'>

/** Does `operations` of a case, `concurrency` at a time. Throws when one failed, or was not what it claims to be. */
export async function measure(
  subject: Case,
  operations: number,
  concurrency: number,
  firstIndex: number,
  redis: Redis,
): Promise<Slot> {
  let next = 0
  const worker = async () => {
    try {
      while (next < operations) await subject.run(firstIndex + next++)
    } catch (error) {
      // Nobody may work on into the next turn.
      next = operations
      throw error
    }
  }
  const verify = subject.watch()
  const keysBefore = await keysIn(redis)
  const serverBefore = await serverCpu(redis)
  const cpuBefore = process.cpuUsage()
  const began = performance.now()
  const ends = await Promise.allSettled(Array.from({ length: concurrency }, worker))
  await subject.settle()
  const elapsed = performance.now() - began
  const { user, system } = process.cpuUsage(cpuBefore)
  const server = (await serverCpu(redis)) - serverBefore
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  verify(operations)
  const stored = (await keysIn(redis)) - keysBefore
  if (subject.group === 'miss, instant loader' && stored < operations) {
    throw new Error(`${operations} misses should have been stored, ${stored} were`)
  }
  return {
    operations,
    microseconds: (elapsed * 1_000) / operations,
    cpuMicroseconds: (user + system) / operations,
    serverCpuMicroseconds: server / operations,
  }
}

async function keysIn(redis: Redis): Promise<number> {
  return Number(await redis.exec('DBSIZE'))
}

/** Microseconds that the server has worked since it started. */
async function serverCpu(redis: Redis): Promise<number> {
  const info = await redis.exec('INFO', 'cpu')
  const seconds = (name: string) => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1])
  return (seconds('used_cpu_user') + seconds('used_cpu_sys')) * 1_000_000
}
