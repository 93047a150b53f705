import type { Argument, Connection } from './connection.ts'
import type { Script } from './script.ts'

/** @param told whether to be told of others' changes of what it writes; default: yes */
export type RunScript = (
  script: Script,
  keys: readonly string[],
  args: readonly Argument[],
  told?: boolean,
) => Promise<unknown>

/** Runs scripts by their hash, and tells a server those it does not know. */
export function createScriptRunner({
  send,
  sendAgain,
}: {
  readonly send: Connection['send']
  /** For what follows: the server was there. */
  readonly sendAgain: Connection['send']
}): RunScript {
  /** Scripts that the server is being told. */
  const learning = new Map<Script, Promise<unknown>>()

  return async (script, keys, args, told = true) => {
    // Joined at one stroke: there may be hundreds.
    const call = (command: string, text: string): Argument[] =>
      NOTHING.concat(command, text, String(keys.length), keys, args)
    // Who need not be told may take its own writes for others': that does no harm, and telling them apart costs.
    const { distinct } = script
    const writes = told
      ? { keys, distinct, written: (reply: unknown) => script.written(reply, keys) }
      : undefined
    try {
      return await send(call('EVALSHA', script.sha), writes)
    } catch (error) {
      if (!isUnknownScript(error)) throw error
    }
    const evaluate = (): Promise<unknown> => sendAgain(call('EVAL', script.source), writes)
    const known = learning.get(script)
    if (known === undefined) {
      const work = evaluate().finally(() => learning.delete(script))
      learning.set(script, work)
      return work
    }
    // Of many calls at once one tells the server the script's text: all of them would be much to read.
    await known.catch(() => undefined)
    try {
      return await sendAgain(call('EVALSHA', script.sha), writes)
    } catch (error) {
      if (!isUnknownScript(error)) throw error
      return evaluate()
    }
  }
}

const NOTHING: readonly Argument[] = []

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}
