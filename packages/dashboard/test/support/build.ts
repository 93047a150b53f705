import { build } from 'vite'

/** Vitest's global setup of these tests: what they look at is what the sources say. */
export default async function setup(): Promise<void> {
  const configFile = new URL('../../vite.config.ts', import.meta.url).pathname
  await build({ configFile, logLevel: 'warn' })
}
