import type { Bytes } from '../units.ts'
import type { L2Info, L2Node } from './store.ts'

/**
 * What several servers say of themselves as if they were one; `undefined` of none.
 * @param nodes all of them, also those that did not answer; default: what each said
 */
export function joinInfos(
  infos: readonly L2Info[],
  nodes: readonly L2Node[] = infos.flatMap((info) => info.nodes),
): L2Info | undefined {
  const [first] = infos
  if (first === undefined) return undefined
  const sum = (figure: (info: L2Info) => number): number =>
    infos.reduce((total, info) => total + figure(info), 0)
  const usedMemoryBytes = sum((info) => info.usedMemoryBytes)
  const lookups = sum((info) => info.lookups)
  const covered = nodes.reduce((total, { available, slots }) => total + (available ? slots : 0), 0)
  return {
    ...first,
    nodes,
    slotsCovered: first.mode === 'cluster' ? covered : null,
    usedMemoryBytes,
    usedMemoryHuman: infos.length === 1 ? first.usedMemoryHuman : human(usedMemoryBytes),
    connectedClients: sum((info) => info.connectedClients),
    totalKeys: sum((info) => info.totalKeys),
    uptimeSeconds: Math.min(...infos.map((info) => info.uptimeSeconds)),
    hitRate: lookups === 0 ? 0 : sum((info) => info.hitRate * info.lookups) / lookups,
    lookups,
    evictedKeys: sum((info) => info.evictedKeys),
  }
}

/** As Redis writes it: `1.20M`. */
function human(bytes: Bytes): string {
  const units = ['B', 'K', 'M', 'G', 'T']
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1)
  return `${power === 0 ? bytes : (bytes / 1_024 ** power).toFixed(2)}${units[power]}`
}
