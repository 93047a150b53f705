import { ensurePrograms } from './ensure-programs.ts'

/** Vitest's global setup: once per run, before the first test. */
export default async function setup(): Promise<void> {
  await ensurePrograms([
    'redis-server',
    'redis-cli',
    'postgres',
    'initdb',
    'chromium',
    'prometheus',
    'promtool',
  ])
}
