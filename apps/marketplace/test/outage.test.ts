import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { PHASES } from '../src/outage/timeline.ts'
import { repository } from './support/child.ts'

// Each test starts two marketplaces with a database each.
vi.setConfig({ testTimeout: 120_000 })

const GONE_WITHIN_MS = 20_000

/** The demonstration in a process group of its own, which Ctrl-C reaches as a whole. */
interface Demonstration {
  readonly process: ChildProcess
  readonly lines: readonly Line[]
  readonly stderr: string
  readonly code: Promise<number | null>
  saw(matches: (line: Line) => boolean): Promise<void>
  signalGroup(signal: NodeJS.Signals | 0): void
  isGone(): boolean
}

interface Line {
  readonly kind: 'event' | 'second' | 'result'
  readonly text?: string
  readonly phase?: string
  readonly l2_up?: readonly boolean[]
  readonly [figure: string]: unknown
}

const started: Demonstration[] = []
afterEach(() => {
  for (const demonstration of started.splice(0)) {
    if (!demonstration.isGone()) demonstration.signalGroup('SIGKILL')
  }
})

function demonstrate(args: readonly string[], environment: Record<string, string> = {}): Demonstration {
  const { PATH = '', HOME = '' } = process.env
  const main = ['--conditions=@hitrate/source', 'apps/marketplace/src/outage/main.ts', '--json', ...args]
  const child = spawn(process.execPath, main, {
    cwd: repository,
    env: { PATH, HOME, ...environment },
    detached: true,
  })
  const lines: Line[] = []
  let unfinished = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (unfinished + text).split('\n')
    unfinished = parts.pop() ?? ''
    lines.push(...parts.map((line): Line => JSON.parse(line)))
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const code = once(child, 'exit').then(([exitCode]): number | null => exitCode)
  const signalGroup = (signal: NodeJS.Signals | 0): void => {
    if (child.pid !== undefined) process.kill(-child.pid, signal)
  }
  const demonstration: Demonstration = {
    process: child,
    lines,
    get stderr() {
      return stderr
    },
    code,
    signalGroup,
    saw: (matches) => expect.poll(() => lines.some(matches), { timeout: 60_000 }).toBe(true),
    isGone() {
      try {
        signalGroup(0)
        return false
      } catch {
        return true
      }
    },
  }
  started.push(demonstration)
  return demonstration
}

const SHORT = ['--healthy=1s', '--frozen=4s', '--thawed=3s', '--killed=3s', '--restarted=5s', '--rate=100']

describe('npm run demo:outage', () => {
  it('serves every page through all of it, and leaves nothing behind', async () => {
    const demo = demonstrate(SHORT)
    expect(await demo.code).toBe(0)
    expect(demo.stderr).toBe('')
    await expect.poll(demo.isGone, { timeout: GONE_WITHIN_MS }).toBe(true)

    const result = demo.lines.at(-1)
    expect(result).toMatchObject({ kind: 'result', clean: true, first_failure: null })
    expect(result?.phases).toEqual(
      PHASES.map((phase) => expect.objectContaining({ phase, errors: 0, outdated: 0 })),
    )
    // Each phase has had its visitors, whatever they had to wait for.
    expect(result?.phases).toMatchObject(
      [1, 4, 3, 3, 5].map((seconds) => ({ requests: expect.toSatisfy((n) => n >= 40 * seconds) })),
    )
    expect(result?.phases).toMatchObject([
      {},
      { noticed_after_ms: expect.any(Number), l2_hit_after_ms: null },
      { noticed_after_ms: expect.any(Number), l2_hit_after_ms: expect.any(Number) },
      { noticed_after_ms: expect.any(Number), l2_hit_after_ms: null },
      { noticed_after_ms: expect.any(Number), l2_hit_after_ms: expect.any(Number) },
    ])
    const seconds = demo.lines.filter(({ kind }) => kind === 'second')
    expect([...new Set(seconds.map(({ phase }) => phase))]).toEqual(PHASES)
    expect(seconds.length).toBeGreaterThanOrEqual(10)
    for (const phase of ['frozen', 'killed']) {
      expect(seconds.filter((second) => second.phase === phase).map(({ l2_up }) => l2_up)).toContainEqual([
        false,
        false,
      ])
    }
    expect(seconds.at(-1)?.l2_up).toEqual([true, true])
  })

  it('shows on Ctrl-C what it has seen, and leaves nothing behind', async () => {
    const demo = demonstrate(['--healthy=1s', '--frozen=1m'])
    await demo.saw(({ phase }) => phase === 'frozen')
    demo.signalGroup('SIGINT')
    expect(await demo.code).toBe(130)
    await expect.poll(demo.isGone, { timeout: GONE_WITHIN_MS }).toBe(true)
    expect(demo.lines.at(-1)).toMatchObject({
      kind: 'result',
      clean: true,
      phases: [{ phase: 'healthy' }, { phase: 'frozen' }],
    })
  })

  it('leaves nothing behind when it is killed itself', async () => {
    const demo = demonstrate(['--healthy=1m'])
    await demo.saw(({ kind }) => kind === 'second')
    demo.process.kill('SIGKILL')
    await expect.poll(demo.isGone, { timeout: GONE_WITHIN_MS }).toBe(true)
  })

  it('says what to install where there is no redis-server', async () => {
    const demo = demonstrate([], { PATH: '' })
    expect(await demo.code).toBe(1)
    expect(demo.stderr).toBe(
      'Missing redis-server: install with "apt-get install redis-server" or "brew install redis"\n',
    )
  })

  it('refuses what it does not know by name', async () => {
    const demo = demonstrate(['--frozn=3s'])
    expect(await demo.code).toBe(2)
    expect(demo.stderr).toMatch(/^Unknown option '--frozn'; accepted: --healthy, /)
    expect(demo.lines).toEqual([])
  })
})
