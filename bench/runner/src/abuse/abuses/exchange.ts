import { Agent, type IncomingMessage, request } from 'node:http'
import type { Abusing, Judge, Target } from './abuse.ts'
import { paced } from './paced.ts'
import type { Tally } from './tally.ts'

/** What is asked, and what is right to answer. */
export interface Asked {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly judge: Judge
}

const CONNECTIONS = 20
const MAX_TEXT = 2_000
const GIVEN_UP_MS = 5_000

/** Asks so many a second over a few connections that stay open. */
export function asking(
  perSecond: number,
  { port }: Target,
  tally: Tally,
  next: (index: number) => Asked,
): Abusing {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const pace = paced(perSecond, (index) => exchange(port, agent, tally, next(index)))
  return {
    async stop() {
      await pace.stop()
      agent.destroy()
    },
  }
}

function exchange(
  port: number,
  agent: Agent,
  tally: Tally,
  { method = 'GET', path, headers = {}, body, judge }: Asked,
): Promise<void> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(GIVEN_UP_MS)
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent, signal }, (response) => {
      void readText(response).then((text) => {
        const status = response.statusCode ?? 0
        const wrong = judge({ status, headers: response.headers, text })
        tally.answered(status, wrong && `${method} ${path.slice(0, 200)}: ${wrong}`)
        resolve()
      })
    })
    sent.once('error', () => {
      if (signal.aborted) tally.held(1)
      else tally.cut()
      resolve()
    })
    sent.end(body)
  })
}

/** The beginning of the body; of a stream, which has no end, nothing. */
async function readText(response: IncomingMessage): Promise<string> {
  if (response.headers['content-type']?.startsWith('text/event-stream') === true) {
    response.destroy()
    return ''
  }
  let text = ''
  try {
    for await (const chunk of response) if (text.length < MAX_TEXT) text += String(chunk)
  } catch {
    // What came before it broke off is judged.
  }
  return text
}
