import { defineConfig } from 'vitest/config'

/** Tests run against the sources, without a build. */
const ssr = { resolve: { conditions: ['@hitrate/source'] } }

/** A project whose tests lie in `<root>/test`. */
const tested = (name: string, root: string) => ({
  extends: true as const,
  ssr,
  test: { name, root, include: ['test/**/*.test.ts'] },
})

export default defineConfig({
  ssr,
  test: {
    environment: 'node',
    // Installs Redis, PostgreSQL, Prometheus and Chromium where they are missing; tests start servers of their own.
    globalSetup: ['test-support/src/global-setup.ts'],
    // Test files start servers, child processes and PGlite: more workers than this only wait for each other's cores.
    maxWorkers: 2,
    // Two busy cores stretch what takes 100 ms alone; a hook may start a server.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      tested('hitrate', 'packages/hitrate'),
      tested('monitor', 'packages/monitor'),
      tested('marketplace', 'apps/marketplace'),
      {
        extends: true,
        ssr,
        test: {
          name: 'dashboard',
          root: 'packages/dashboard',
          include: ['test/**/*.test.ts'],
          globalSetup: [new URL('packages/dashboard/test/support/build.ts', import.meta.url).pathname],
          // A browser and a marketplace fill two cores; and what people wait for is measured.
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        ssr,
        test: {
          name: 'faults',
          root: 'faults',
          include: ['{scenarios,test}/**/*.test.ts'],
          // Frozen servers and processes under load: after all others, since they measure what callers wait.
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        ssr,
        test: {
          name: 'repository',
          include: ['test/**/*.test.ts', 'docs/**/*.test.ts', 'test-support/test/**/*.test.ts'],
        },
      },
      {
        // Type tests are not run but compiled: one compiler for all of them.
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['{packages/*,apps/*}/test/**/*.test-d.ts', 'docs/**/*.test-d.ts'],
            tsconfig: 'tsconfig.types.json',
          },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**', 'apps/*/src/**'],
      reporter: ['text-summary', 'html'],
    },
  },
})
