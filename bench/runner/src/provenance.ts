import { execFile } from 'node:child_process'
import { cpus, release, totalmem, type } from 'node:os'
import { promisify } from 'node:util'
import type { RedisServer } from '@hitrate/test-support'

/** Where and from what figures come: without it they can't be compared with others. */
export interface Provenance {
  readonly takenAt: string
  /** Of this repository; `+changes` where the packages differed from it. */
  readonly commit: string
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly memoryGb: number
    readonly system: string
  }
  readonly node: string
  readonly redisServer: string
}

const run = promisify(execFile)
const GIGABYTE = 2 ** 30

/** `redis`: answers commands, as a test's server does. */
export async function provenance(redis: Pick<RedisServer, 'exec'>): Promise<Provenance> {
  return {
    takenAt: new Date().toISOString(),
    commit: await commit(),
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGb: Math.round(totalmem() / GIGABYTE),
      system: `${type()} ${release()}`,
    },
    node: process.version,
    redisServer: /redis_version:(\S+)/.exec(await redis.exec('INFO', 'server'))?.[1] ?? 'unknown',
  }
}

/** Where figures come from, as a line for readers. */
export function taken({ takenAt, commit, machine, node, redisServer }: Provenance): string {
  const where = `${machine.cores} cores (${machine.cpu}), Node ${node}, Redis ${redisServer}`
  return `Taken on ${takenAt.slice(0, 10)} at commit ${commit}: ${where}.`
}

async function commit(): Promise<string> {
  const head = await output('git', ['rev-parse', '--short=10', 'HEAD'])
  const changes = await output('git', [
    'status',
    '--porcelain',
    '--',
    'packages',
    'bench/runner',
    'bench/peers',
  ])
  return changes === '' ? head : `${head}+changes`
}

async function output(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(program, [...args], { cwd: new URL('../../../', import.meta.url) })
  return stdout.trim()
}
