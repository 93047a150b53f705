import type { Logger } from 'pino'

interface Step {
  readonly name: string
  readonly withinMs: number
  close(): Promise<unknown>
}

/**
 * What was opened, to be closed in the opposite order. A step that fails or takes longer than it may is logged and left
 * behind: what hangs must not keep the rest open.
 */
export class Closing {
  readonly #logger: Logger
  readonly #steps: Step[] = []
  #closed: Promise<void> | undefined

  constructor(logger: Logger) {
    this.#logger = logger
  }

  add(name: string, withinMs: number, close: () => Promise<unknown>): void {
    this.#steps.push({ name, withinMs, close })
  }

  /** Harmless when repeated. */
  close(): Promise<void> {
    this.#closed ??= this.#closeAll()
    return this.#closed
  }

  async #closeAll(): Promise<void> {
    for (const { name, withinMs, close } of this.#steps.toReversed()) {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`not closed within ${withinMs} ms`)), withinMs)
      })
      try {
        await Promise.race([close(), late])
      } catch (error) {
        this.#logger.warn({ err: error }, `${name} did not close cleanly`)
      } finally {
        clearTimeout(timer)
      }
    }
  }
}
