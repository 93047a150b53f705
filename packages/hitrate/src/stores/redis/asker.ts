import type { Clock } from '../../clock.ts'
import type { Milliseconds } from '../../units.ts'
import { withinDeadline } from '../deadline.ts'
import type { StandaloneClient } from './client.ts'

/** For a server that is asked now and then, and seldom does not answer. */
const PATIENCE: Milliseconds = 500

/** Short questions to a server that is no part of L2 itself, or not yet. */
export interface Asker {
  /** The answers to these commands; rejects when one of them is refused, or not all came in time. */
  ask(...commands: readonly (readonly string[])[]): Promise<unknown[]>
  close(): void
}

/** One connection, made when first asked, and anew after it did not answer. */
export function createAsker(make: () => StandaloneClient, clock: Clock): Asker {
  let current: { readonly client: StandaloneClient; readonly ready: Promise<void> } | undefined

  const open = (): NonNullable<typeof current> => {
    const client = make()
    const ready = new Promise<void>((resolve, reject) => {
      client.on('ready', () => resolve())
      client.on('error', reject)
    })
    ready.catch(() => undefined)
    // Destroyed while it was connecting, node-redis (6.3) goes on connecting.
    client.on('connect', () => {
      if (current?.client !== client) client.destroy()
    })
    // Rejects only when destroyed.
    client.connect().catch(() => undefined)
    return { client, ready }
  }
  const drop = (): void => {
    const dropped = current
    current = undefined
    dropped?.client.destroy()
  }

  return {
    async ask(...commands) {
      current ??= open()
      const { client, ready } = current
      const ending = await withinDeadline(clock, PATIENCE, async () => {
        await ready
        return Promise.all(commands.map((args) => client.sendCommand(args)))
      })
      if (ending.kind === 'answered') return ending.value
      if (current?.client === client) drop()
      throw ending.kind === 'failed' ? ending.error : new Error('no answer')
    },
    close: drop,
  }
}
