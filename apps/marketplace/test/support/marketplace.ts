import type { WarmRunsAnswer } from '@hitrate/monitor'
import { createLogger } from '../../src/logging.ts'
import { readSettings } from '../../src/settings.ts'
import { type Marketplace, startMarketplace } from '../../src/start.ts'

/** A marketplace in this process, and what it has logged. */
export interface TestMarketplace extends Marketplace {
  readonly log: readonly LogLine[]
  /** The answer with its body parsed. What is in it is for the test to assert; `T` is what it looks into. */
  ask<T = unknown>(path: string, init?: RequestInit): Promise<Answer<T>>
  /** Sends JSON. */
  send<T = unknown>(
    method: string,
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>
}

export interface LogLine {
  readonly level: number
  readonly msg: string
}

export interface Answer<T = unknown> {
  readonly status: number
  readonly headers: Headers
  readonly body: T
}

/** Starts on a free port, without traffic of its own unless the environment says so. */
export async function startForTest(environment: Record<string, string> = {}): Promise<TestMarketplace> {
  const log: LogLine[] = []
  const logger = createLogger({ write: (line: string) => log.push(JSON.parse(line)) })
  const settings = readSettings({ PORT: '0', TRAFFIC: 'off', ...environment })
  const { url, close } = await startMarketplace(settings, logger)
  const ask = async <T>(path: string, init?: RequestInit): Promise<Answer<T>> => {
    const response = await fetch(`${url}${path}`, init)
    const { status, headers } = response
    return { status, headers, body: JSON.parse(await response.text()) }
  }
  return {
    url,
    close,
    log,
    ask,
    send: (method, path, body, headers = {}) =>
      ask(path, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
  }
}

/** Resolves once the warm run of the start has ended. */
export async function warmed({ ask }: TestMarketplace): Promise<void> {
  for (;;) {
    const { body } = await ask<WarmRunsAnswer>('/api/v1/cache/warm/runs')
    if (body.runs.length > 0 && body.runs[0]?.status !== 'running') return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
