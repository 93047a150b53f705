import pino, { type Logger } from 'pino'

/** Where log lines go. */
export interface LogTarget {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/**
 * A log of one JSON object a line, for machines; of plain lines where a person looks at a terminal.
 * @param target default the standard output
 */
export function createLogger(target: LogTarget = process.stdout): Logger {
  const options = { base: null, timestamp: pino.stdTimeFunctions.isoTime } as const
  if (target.isTTY === true) return pino(options, { write: (line) => target.write(plainLine(line)) })
  return target === process.stdout ? pino(options) : pino(options, { write: (line) => target.write(line) })
}

const WARN = 40
const ERROR = 50

/** `18:02:11 cache ready (memory)`; from warnings on with the level, and with what else is known. */
export function plainLine(line: string): string {
  const { level, time, msg, ...rest }: Record<string, unknown> = JSON.parse(line)
  const text = `${String(time).slice(11, 19)} `
  if (typeof level !== 'number' || level < WARN) return `${text}${msg}\n`
  const details = Object.keys(rest).length === 0 ? '' : ` ${JSON.stringify(rest)}`
  return `${text}${level < ERROR ? 'WARN' : 'ERROR'} ${msg}${details}\n`
}
