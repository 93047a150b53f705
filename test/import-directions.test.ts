import { describe, expect, test } from 'vitest'
import { linesReported } from './lint-lines.ts'

/** Per importing file: what it may not import, and what it may. The directions are those of CONTRIBUTING.md. */
interface Direction {
  readonly file: string
  readonly forbidden: readonly string[]
  readonly allowed: readonly string[]
}

/** What no folder of hitrate may import, whatever its place; only stores/redis/ knows Redis. */
const TIMERS_AND_DOORS = [
  'hitrate',
  'hitrate/metrics',
  'node:timers',
  'node:timers/promises',
  'node:perf_hooks',
]
const COMMON = [...TIMERS_AND_DOORS, 'redis', '@redis/client']

const BASE: readonly Direction[] = ['units', 'clock', 'errors'].map((name) => ({
  file: `${name}.ts`,
  forbidden: [
    ...COMMON,
    './single-flight.ts',
    './codec/json.ts',
    './stores/store.ts',
    './cache/types.ts',
    './metrics/types.ts',
    './warming/warmer.ts',
    './testing/manual-clock.ts',
    './index.ts',
  ],
  allowed: ['./units.ts', './errors.ts'],
}))

const HITRATE: readonly Direction[] = [
  ...BASE,
  {
    file: 'single-flight.ts',
    forbidden: [
      ...COMMON,
      './codec/json.ts',
      './stores/store.ts',
      './cache/types.ts',
      './metrics/recorder.ts',
      './warming/warmer.ts',
      './testing/manual-clock.ts',
      './index.ts',
    ],
    allowed: ['./clock.ts', './errors.ts', './units.ts'],
  },
  {
    file: 'index.ts',
    forbidden: [...COMMON, './stores/redis/index.ts', './warming/index.ts', './testing/index.ts'],
    allowed: ['./cache/cache.ts', './errors.ts', './metrics/types.ts', './stores/store.ts'],
  },
  {
    file: 'codec/json.ts',
    forbidden: [
      ...COMMON,
      '../stores/store.ts',
      '../cache/types.ts',
      '../metrics/recorder.ts',
      '../warming/warmer.ts',
      '../testing/manual-clock.ts',
      '../index.ts',
    ],
    allowed: ['../units.ts', '../errors.ts', './envelope.ts', 'node:zlib'],
  },
  {
    file: 'stores/store.ts',
    forbidden: [
      ...COMMON,
      '../cache/types.ts',
      '../metrics/types.ts',
      '../warming/warmer.ts',
      '../testing/manual-clock.ts',
      './redis/index.ts',
      '../index.ts',
    ],
    allowed: ['../clock.ts', '../codec/json.ts', '../single-flight.ts', '../metrics/recorder.ts'],
  },
  {
    file: 'stores/memory/store.ts',
    forbidden: [
      ...COMMON,
      '../../cache/types.ts',
      '../../metrics/window.ts',
      '../../warming/warmer.ts',
      '../../testing/manual-clock.ts',
      '../redis/index.ts',
      '../../index.ts',
    ],
    allowed: ['../store.ts', '../../codec/json.ts', '../../metrics/recorder.ts'],
  },
  {
    file: 'stores/redis/store.ts',
    forbidden: [
      ...TIMERS_AND_DOORS,
      '../../cache/types.ts',
      '../../metrics/window.ts',
      '../../warming/warmer.ts',
      '../../testing/manual-clock.ts',
      '../memory/store.ts',
      '../../index.ts',
    ],
    allowed: ['redis', '../store.ts', '../../codec/json.ts', '../../metrics/recorder.ts', './client.ts'],
  },
  {
    file: 'cache/cache.ts',
    forbidden: [
      ...COMMON,
      '../metrics/window.ts',
      '../warming/warmer.ts',
      '../testing/manual-clock.ts',
      '../stores/redis/index.ts',
      '../index.ts',
    ],
    allowed: [
      './types.ts',
      '../stores/store.ts',
      '../stores/memory/store.ts',
      '../codec/json.ts',
      '../single-flight.ts',
      '../metrics/recorder.ts',
      '../metrics/types.ts',
    ],
  },
  {
    file: 'metrics/window.ts',
    forbidden: [
      ...COMMON,
      '../fleet/fleet.ts',
      '../cache/types.ts',
      '../stores/store.ts',
      '../codec/json.ts',
      '../single-flight.ts',
      '../warming/warmer.ts',
      '../testing/manual-clock.ts',
      '../index.ts',
    ],
    allowed: ['./recorder.ts', '../clock.ts', '../units.ts', '../errors.ts', 'node:async_hooks'],
  },
  {
    file: 'fleet/fleet.ts',
    forbidden: [
      ...COMMON,
      '../cache/types.ts',
      '../stores/redis/index.ts',
      '../stores/memory/memory-store.ts',
      '../warming/warmer.ts',
      '../testing/manual-clock.ts',
      '../index.ts',
    ],
    allowed: ['../metrics/create.ts', '../stores/board.ts', '../codec/compression.ts', '../clock.ts'],
  },
  {
    file: 'warming/warmer.ts',
    forbidden: [
      ...COMMON,
      '../cache/cache.ts',
      '../stores/store.ts',
      '../codec/json.ts',
      '../metrics/recorder.ts',
      '../single-flight.ts',
      '../testing/manual-clock.ts',
      '../index.ts',
    ],
    allowed: ['./report.ts', '../cache/types.ts', '../clock.ts', '../errors.ts', '../units.ts'],
  },
  {
    file: 'testing/chaos-store.ts',
    forbidden: [
      ...COMMON,
      '../cache/types.ts',
      '../codec/json.ts',
      '../metrics/types.ts',
      '../warming/warmer.ts',
      '../stores/redis/index.ts',
      '../index.ts',
    ],
    allowed: ['./manual-clock.ts', '../clock.ts', '../stores/store.ts', '../units.ts'],
  },
]

const BEHIND_THE_DOORS = ['hitrate/src/index.ts', 'hitrate/dist/index.js']
const MONITOR_COMMON = [
  ...BEHIND_THE_DOORS,
  '../../hitrate/src/index.ts',
  '@hitrate/monitor',
  '@hitrate/monitor/node',
]
const FRAMEWORKS = ['fastify', 'express', '@hono/node-server']
const MONITOR_CORE = ['hitrate', 'hitrate/metrics', 'hitrate/warming', 'hono', '@hono/zod-openapi', 'zod']

const MONITOR: readonly Direction[] = [
  {
    file: 'monitor.ts',
    forbidden: [...MONITOR_COMMON, ...FRAMEWORKS, './adapters/fastify.ts'],
    allowed: [...MONITOR_CORE, './contract/stats.ts'],
  },
  {
    file: 'contract/stats.ts',
    forbidden: [...MONITOR_COMMON, ...FRAMEWORKS, '../adapters/fastify.ts'],
    allowed: [...MONITOR_CORE, '../monitor.ts'],
  },
  {
    file: 'alerts/rules.ts',
    forbidden: [
      ...MONITOR_COMMON,
      ...FRAMEWORKS,
      'hono',
      '@hono/zod-openapi',
      'zod',
      '../adapters/fastify.ts',
      '../endpoints/app.ts',
      '../access/access.ts',
      '../monitor.ts',
      '../options.ts',
    ],
    allowed: [
      'hitrate',
      'hitrate/metrics',
      '../contract/alert-answers.ts',
      '../durations.ts',
      './options.ts',
    ],
  },
  {
    file: 'alerts/webhooks/post.ts',
    forbidden: [...MONITOR_COMMON, ...FRAMEWORKS, 'hono', '../../endpoints/app.ts', '../../monitor.ts'],
    allowed: ['hitrate', '../../contract/alert-answers.ts', '../alert.ts', './body.ts'],
  },
  {
    file: 'cli/main.ts',
    forbidden: [
      ...MONITOR_COMMON,
      ...FRAMEWORKS,
      ...MONITOR_CORE,
      '../monitor.ts',
      '../alerts/rules.ts',
      '../endpoints/app.ts',
    ],
    allowed: ['../contract/answers.ts', './table.ts'],
  },
  {
    file: 'cli/commands/alerts.ts',
    forbidden: ['hitrate', 'zod', '../../alerts/alert.ts', '../../warmer.ts'],
    allowed: ['../../contract/alert-answers.ts', '../format.ts', './warm.ts'],
  },
  {
    file: 'adapters/fastify.ts',
    forbidden: MONITOR_COMMON,
    allowed: [...MONITOR_CORE, ...FRAMEWORKS, '../monitor.ts'],
  },
]

/** Runs in browsers, and knows types of the monitor's contract. */
const DASHBOARD: readonly Direction[] = [
  {
    file: 'views/flow/flow.tsx',
    forbidden: [
      ...BEHIND_THE_DOORS,
      'hitrate',
      'hitrate/metrics',
      '@hitrate/monitor/node',
      '../../../../monitor/src/index.ts',
      'node:fs',
      'playwright-core',
    ],
    allowed: ['@hitrate/monitor', 'react', '@tanstack/react-query', 'uplot', '../../parts/panel.tsx'],
  },
]

/** The private rest lives on what everybody can use. */
const OUTSIDE: readonly Direction[] = [
  'apps/marketplace/src/main.ts',
  'apps/marketplace/test/feed.test.ts',
  'bench/hit.ts',
  'faults/frozen.test.ts',
  'docs/tags.test.ts',
].map((file) => ({
  file,
  forbidden: [
    ...BEHIND_THE_DOORS,
    '@hitrate/monitor/src/index.ts',
    '@hitrate/monitor/dist/index.js',
    '../packages/hitrate/src/index.ts',
    '../../../packages/monitor/src/index.ts',
  ],
  allowed: [
    'hitrate',
    'hitrate/redis',
    'hitrate/testing',
    '@hitrate/monitor',
    '@hitrate/monitor/fastify',
    './near.ts',
  ],
}))

const inFolder = (folder: string, directions: readonly Direction[]) =>
  directions.map((direction) => ({ ...direction, file: `${folder}/${direction.file}` }))

const DIRECTIONS = [
  ...inFolder('packages/hitrate/src', HITRATE),
  ...inFolder('packages/monitor/src', MONITOR),
  ...inFolder('packages/dashboard/src', DASHBOARD),
  ...OUTSIDE,
]

const DIRECTION_RULE = 'lint/style/noRestrictedImports'
const DECLARATION_RULE = 'lint/correctness/noUndeclaredDependencies'

const imports = (specifier: string, index: number) => `import { thing as thing${index} } from '${specifier}'`

describe.each(DIRECTIONS)('$file', ({ file, forbidden, allowed }) => {
  const lines = [...forbidden, ...allowed].map(imports)
  const reported = linesReported(new Map([[file, lines]]), [DIRECTION_RULE])

  test('imports along the directions alone', () => {
    expect(reported.get(file)).toEqual(lines.slice(0, forbidden.length))
  })
})

test('an import of a type, a re-export and an import while running have a direction too', () => {
  const file = 'packages/hitrate/src/codec/json.ts'
  const lines = [
    "import type { Store } from '../stores/store.ts'",
    "export type { Cache } from '../cache/types.ts'",
    "export const load = () => import('../metrics/window.ts')",
  ]
  expect(linesReported(new Map([[file, lines]]), [DIRECTION_RULE]).get(file)).toEqual(lines)
})

test('of the collector, the cache may import createMetrics alone', () => {
  const file = 'packages/hitrate/src/cache/cache.ts'
  const allowed = "import { createMetrics } from '../metrics/index.ts'"
  const forbidden = "import { createWindow } from '../metrics/index.ts'"
  expect(linesReported(new Map([[file, [allowed, forbidden]]]), [DIRECTION_RULE]).get(file)).toEqual([
    forbidden,
  ])
})

test('the sources of a package may import only what its package.json lists', () => {
  const files = new Map([
    ['packages/hitrate/src/cache/cache.ts', ['fastify', 'hono', 'pino', 'vitest', 'fast-check'].map(imports)],
    ['packages/monitor/src/monitor.ts', ['redis', 'pino', 'vitest'].map(imports)],
  ])
  expect(linesReported(files, [DECLARATION_RULE])).toEqual(files)
})

test('files of one package that import each other in a circle are reported', () => {
  const files = new Map([
    [
      'packages/hitrate/src/codec/json.ts',
      ["import type { Envelope } from './envelope.ts'", 'export type Json = Envelope'],
    ],
    [
      'packages/hitrate/src/codec/envelope.ts',
      ["import type { Json } from './json.ts'", 'export type Envelope = Json'],
    ],
  ])
  expect(linesReported(files, ['lint/suspicious/noImportCycles'])).toEqual(
    new Map([...files].map(([file, [first]]) => [file, [first]])),
  )
})
