import { integer, list, text } from './replies.ts'
import type { Address } from './source.ts'

/** Slots in a row and the server that holds them. */
export interface SlotRange {
  readonly from: number
  readonly to: number
  readonly owner: Address
}

/**
 * The answer to `CLUSTER SLOTS`; rejects what is none.
 * @param asked an empty host stands for the one that was asked
 */
export function parseSlots(reply: unknown, asked: Address): readonly SlotRange[] {
  return list(reply).map((range) => {
    const [from, to, primary] = list(range)
    const [host, port] = list(primary)
    const named = host === null ? '' : text(host)
    return {
      from: integer(from),
      to: integer(to),
      owner: { host: named === '' || named === '?' ? asked.host : named, port: integer(port) },
    }
  })
}

/** `cluster_current_epoch` of `CLUSTER INFO`: who knows of a later failover has a higher one. */
export function parseEpoch(reply: unknown): number {
  return Number(/cluster_current_epoch:(\d+)/.exec(text(reply))?.[1] ?? 0)
}

/**
 * What a server holds by its own account, from its line of `CLUSTER NODES`: `undefined` while slots move to or from it
 * (`[93-<-...]`, `[77->-...]`).
 */
export function parseHoldings(reply: unknown): string | undefined {
  const mine = text(reply)
    .split('\n')
    .map((line) => line.trim().split(' '))
    .find(([, , flags]) => flags?.split(',').includes('myself') === true)
  if (mine === undefined) throw new Error('CLUSTER NODES names no myself')
  const slots = mine.slice(8)
  return slots.some((slot) => slot.startsWith('[')) ? undefined : `${mine[0]} ${slots.join(' ')}`
}

/** How an address is told from others, and shown. */
export function nameOf({ host, port }: Address): string {
  return `${host}:${port}`
}
