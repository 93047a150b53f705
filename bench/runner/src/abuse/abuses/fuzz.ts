import { randomFrom } from '../../random.ts'
import { type Abuse, BASE, isOneOf, type Judge } from './abuse.ts'
import type { Answer } from './answer.ts'
import { type Asked, asking } from './exchange.ts'

const PER_SECOND = 200

const READ = [
  '',
  '/health',
  '/stats',
  '/stats/patterns',
  '/stats/endpoints',
  '/stats/top-patterns',
  '/stats/low-performers',
  '/series',
  '/fleet',
  '/flow',
  '/events',
  '/l2',
  '/self',
  '/about',
  '/endpoints',
  '/stream',
  '/warm/runs',
  '/alerts',
  '/info',
  '/metrics',
  '/openapi.json',
] as const
const WRITE = ['/warm', '/reset-metrics', '/alerts/test'] as const
const NOWHERE = ['/warm/runs/nobody', '/assets/nothing.js', '/stats/', '/%2e%2e/health', '/nothing'] as const

const NAMES = [
  'window',
  'strict',
  'pattern',
  'sort',
  'limit',
  'threshold',
  'min_requests',
  'metric',
  'step',
  'by',
  'endpoint',
  'scope',
  '__proto__',
  'x'.repeat(2_000),
] as const
/** Some right, some nearly. */
const VALUES = [
  '5m',
  '24h',
  '25h',
  '999999d',
  'fleet',
  'process',
  'true',
  '1',
  '50',
  '-1',
  '1e9',
  '0.5',
  'NaN',
  'hit_rate',
  'hit_rate,hit_p99_ms,load_p99_ms',
  'hit_rate,hit_rate',
  'pattern',
  'endpoint',
  'miss_cost',
  'product:*',
  '*?*?*?*?*?*?*?*?*?*?*?*',
  '[',
  '%00',
  '%ff',
  '<script>',
  'y'.repeat(4_000),
  '',
] as const

/** Every route with parameters of every kind, by somebody who may ask. */
export const fuzz: Abuse = {
  about: `fuzzed parameters on every route, ${PER_SECOND} a second`,
  expected: ['200', '400', '404', '405'],
  begin: (target, tally) => {
    const numbers = randomFrom(7)
    const random = (below: number): number => Math.floor(numbers() * below)
    const token = { authorization: `Bearer ${target.token}` }
    return asking(PER_SECOND, target, tally, () => ({ headers: token, ...fuzzed(random) }))
  },
}

function fuzzed(random: (below: number) => number): Asked {
  const pick = <T>(values: readonly T[], otherwise: T): T => values[random(values.length)] ?? otherwise
  const query = () => {
    const given = Array.from({ length: random(4) }, () => `${pick(NAMES, 'window')}=${pick(VALUES, '')}`)
    return given.length === 0 ? '' : `?${given.join('&')}`
  }
  switch (random(8)) {
    // An unknown name, so that nothing is begun.
    case 0:
      return { method: 'POST', path: `${BASE}${pick(WRITE, '/warm')}?x=${pick(VALUES, '')}`, judge: refused }
    case 1:
      return { path: `${BASE}${pick(NOWHERE, '/nothing')}${query()}`, judge: isOneOf(400, 404) }
    case 2:
      return { method: 'PUT', path: `${BASE}${pick(READ, '/stats')}${query()}`, judge: isOneOf(405) }
    default: {
      const path = pick(READ, '/stats')
      return { path: `${BASE}${path}${query()}`, judge: path === '/stream' ? opened : answered }
    }
  }
}

/** 400 says of what. */
function refused(answer: Answer): string | undefined {
  const named = answer.text.includes('"parameter":') && answer.text.includes('"accepted":')
  return isOneOf(400)(answer) ?? (named ? undefined : '400 names no parameter')
}

const answered: Judge = (answer) => (answer.status === 200 ? undefined : refused(answer))

/** Where others have taken all places, 503. */
const opened: Judge = (answer) => (answer.status === 503 ? isOneOf(503)(answer) : answered(answer))
