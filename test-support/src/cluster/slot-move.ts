import { askOne, itemsOf, textOf } from '../redis/ask.ts'
import type { ClusterNode } from './cluster-node.ts'

export interface MoveOptions {
  /** How many keys are moved at a time. Default: 100. */
  readonly batchSize?: number
  /**
   * Awaited after each batch, with its keys: they are at `to` now, while `from` still has the slot and answers ASK for
   * what it no longer has. Not called when there are no keys.
   */
  readonly onKeys?: (keys: readonly string[]) => void | Promise<void>
}

/** How long one batch may take, milliseconds. */
const MIGRATE_TIMEOUT_MS = 5_000
const BATCH_SIZE = 100

/** Moves a slot with its keys as `redis-cli --cluster reshard` does. `primaries`: all there are, both ends included. */
export async function moveSlot(
  slot: number,
  from: ClusterNode,
  to: ClusterNode,
  primaries: readonly ClusterNode[],
  password: string | undefined,
  { batchSize = BATCH_SIZE, onKeys }: MoveOptions,
): Promise<void> {
  const tell = ({ port }: ClusterNode, ...command: readonly (string | Buffer)[]) =>
    askOne({ port, password }, command, 2 * MIGRATE_TIMEOUT_MS)
  const setSlot = (node: ClusterNode, state: string, id: string) =>
    tell(node, 'CLUSTER', 'SETSLOT', String(slot), state, id)

  // In this order: `from` must not send anybody to a node that knows of nothing.
  await setSlot(to, 'IMPORTING', from.id)
  await setSlot(from, 'MIGRATING', to.id)
  const auth = password === undefined ? [] : ['AUTH', password]
  const target = ['127.0.0.1', String(to.exposedPort), '', '0', String(MIGRATE_TIMEOUT_MS)]
  for (;;) {
    const found = await tell(from, 'CLUSTER', 'GETKEYSINSLOT', String(slot), String(batchSize))
    const keys = itemsOf(found).filter((key) => Buffer.isBuffer(key))
    if (keys.length === 0) break
    await tell(from, 'MIGRATE', ...target, 'REPLACE', ...auth, 'KEYS', ...keys)
    await onKeys?.(keys.map(textOf))
  }
  // The new owner first: were it to end now, the slot would still have one.
  const others = primaries.filter(({ id }) => id !== to.id && id !== from.id)
  for (const node of [to, from, ...others]) await setSlot(node, 'NODE', to.id)
}
