import { defineConfig } from 'vitest/config'

const ssr = { resolve: { conditions: ['@hitrate/source'] } }

export default defineConfig({
  ssr,
  test: {
    environment: 'node',
    projects: [
      { ssr, test: { name: 'hitrate', root: 'packages/hitrate', include: ['test/**/*.test.ts'], typecheck: { enabled: true, include: ['test/**/*.test-d.ts'], tsconfig: '../../tsconfig.test.json' } } },
      { ssr, test: { name: 'monitor', root: 'packages/monitor', include: ['test/**/*.test.ts'] } },
      { ssr, test: { name: 'marketplace', root: 'apps/marketplace', include: ['test/**/*.test.ts'] } },
      { ssr, test: { name: 'repository', root: '.', include: ['test/**/*.test.ts', 'docs/**/*.test.ts', 'test-support/test/**/*.test.ts'] } },
    ],
  },
})
