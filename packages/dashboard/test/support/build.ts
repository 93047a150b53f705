import { build } from 'vite'

/** Vitest's global setup of these tests: what they look at is what the sources say, built as for production. */
export default async function setup(): Promise<void> {
  const configFile = new URL('../../vite.config.ts', import.meta.url).pathname
  const { NODE_ENV } = process.env
  // Libraries read it, and become what is for developers under a test runner.
  process.env.NODE_ENV = 'production'
  try {
    await build({ configFile, logLevel: 'warn' })
  } finally {
    process.env.NODE_ENV = NODE_ENV
  }
}
