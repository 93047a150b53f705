import { count } from './table.ts'

/** Shows how far a replay is. */
export interface Progress {
  update(sent: number): void
  /** Shows the last state. */
  end(): void
}

export interface ProgressTarget {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const TERMINAL_EVERY_MS = 200
const LOG_EVERY_MS = 5_000

/** On a terminal one line that is written over; elsewhere a line now and then. */
export function showProgress(total: number, target: ProgressTarget): Progress {
  const terminal = target.isTTY === true
  const every = terminal ? TERMINAL_EVERY_MS : LOG_EVERY_MS
  const began = performance.now()
  let shownAt = began
  let sent = 0

  const text = (): string => {
    const seconds = (performance.now() - began) / 1000
    const rate = sent / Math.max(seconds, 0.001)
    const share = total === 0 ? 100 : Math.floor((sent / total) * 100)
    return `${count(sent)} of ${count(total)} lines (${share} %), ${count(Math.round(rate))} a second`
  }
  const show = (): void => {
    shownAt = performance.now()
    target.write(terminal ? `\r\x1b[K${text()}` : `${text()}\n`)
  }
  return {
    update(now) {
      sent = now
      if (performance.now() - shownAt >= every) show()
    },
    end() {
      show()
      if (terminal) target.write('\n')
    },
  }
}
