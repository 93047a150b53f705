import { setTimeout as sleep } from 'node:timers/promises'
import { type Arguments, type CommandName, readArguments } from './arguments.ts'
import { createClient } from './client.ts'
import type { Command, Context, Report } from './command.ts'
import { alerts } from './commands/alerts.ts'
import { health } from './commands/health.ts'
import { patterns } from './commands/patterns.ts'
import { stats } from './commands/stats.ts'
import { warm } from './commands/warm.ts'
import { EXIT, type ExitCode, Failure } from './failure.ts'
import { printable } from './format.ts'
import { HELP } from './help.ts'
import { createStyle } from './style.ts'

/** Between two answers of `--watch`. */
const WATCH_MS = 2_000

const CLEAR_SCREEN = '\u001b[2J\u001b[H'
const CLEAR_LINE = '\r\u001b[2K'

interface Output {
  readonly isTTY?: boolean | undefined
  write(text: string): unknown
}

/** What the command line needs of its process. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: Output
  readonly stderr: Output
}

const ONCE: Readonly<Record<Exclude<CommandName, 'warm'>, Command>> = { stats, patterns, health, alerts }

/** Runs one command line. Never throws what a user can cause. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { env, stdout, stderr } = surroundings
  const complain = (failure: Failure): void => {
    const text = failure.message.split('\n').map(printable).join('\n')
    stderr.write(`hitrate: ${text}\n`)
  }
  try {
    const given = readArguments(args, env)
    if (given === undefined) {
      stdout.write(HELP)
      return EXIT.ok
    }
    const coloured = stdout.isTTY === true && (env.NO_COLOR ?? '') === ''
    const client = createClient(given.base, given.token)
    return await carryOut({ client, arguments: given, style: createStyle(coloured) }, stdout, complain)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    complain(error)
    return error.exitCode
  }
}

async function carryOut(
  context: Context,
  stdout: Output,
  complain: (failure: Failure) => void,
): Promise<ExitCode> {
  const given: Arguments = context.arguments
  const print = ({ lines, json }: Report): void => {
    stdout.write(given.json ? `${json}\n` : `${lines.join('\n')}\n`)
  }
  if (given.command === 'warm') {
    const onTerminal = stdout.isTTY === true
    const report = await warm(context, (line) => {
      if (!given.json) stdout.write(onTerminal ? `${CLEAR_LINE}${line}` : `${line}\n`)
    })
    if (onTerminal && !given.json) stdout.write(CLEAR_LINE)
    print(report)
    return report.exitCode
  }
  const ask = ONCE[given.command]
  if (!given.watch) {
    const report = await ask(context)
    print(report)
    return report.exitCode
  }
  for (let first = true; ; first = false) {
    try {
      const report = await ask(context)
      if (!given.json) stdout.write(stdout.isTTY === true ? CLEAR_SCREEN : first ? '' : '\n')
      print(report)
    } catch (error) {
      if (first || !(error instanceof Failure && error.passing)) throw error
      complain(error)
    }
    await sleep(WATCH_MS)
  }
}
