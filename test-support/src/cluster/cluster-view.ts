import { type Address, ask, GLANCE_MS, infoOf, textOf } from '../redis/ask.ts'

export const SLOTS = 16_384

/** What one node knows of another, or of itself. */
export interface NodeRecord {
  readonly id: string
  readonly flags: readonly string[]
  /** The id of its primary; `undefined` for a primary. */
  readonly primary: string | undefined
  readonly connected: boolean
  /** First and last slot of each range. */
  readonly ranges: readonly (readonly [number, number])[]
}

/** What one node knows of the cluster. */
export interface ClusterView {
  /** Of the node itself. */
  readonly id: string
  /** Another one after a restart. */
  readonly process: string
  /** It takes commands: `cluster_state:ok`. */
  readonly ok: boolean
  readonly assigned: number
  readonly records: readonly NodeRecord[]
  /** It is a primary, or has all its primary has. */
  readonly upToDate: boolean
}

/** Asks one node; `undefined` when it can't be reached. */
export async function viewOf(node: Address): Promise<ClusterView | undefined> {
  try {
    const questions = [
      ['CLUSTER', 'INFO'],
      ['CLUSTER', 'NODES'],
      ['INFO', 'replication'],
      ['INFO', 'server'],
    ]
    const replies = await ask(node, questions, GLANCE_MS)
    const [state, , replication, server] = replies.map(infoOf)
    const records = textOf(replies[1]).trim().split('\n').map(recordOf)
    return {
      id: records.find(({ flags }) => flags.includes('myself'))?.id ?? '',
      process: server?.get('run_id') ?? '',
      ok: state?.get('cluster_state') === 'ok',
      assigned: Number(state?.get('cluster_slots_assigned')),
      records,
      upToDate: replication?.get('role') === 'master' || replication?.get('master_link_status') === 'up',
    }
  } catch {
    return undefined
  }
}

/** `<id> <address> <flags> <primary> <ping> <pong> <epoch> <link> <slot or range> ...` */
function recordOf(line: string): NodeRecord {
  const [id = '', , flags = '', primary, , , , link, ...slots] = line.split(' ')
  return {
    id,
    flags: flags.split(','),
    primary: primary === '-' ? undefined : primary,
    connected: link === 'connected',
    // A slot that is being moved stands there a second time, in brackets.
    ranges: slots.filter((slot) => !slot.startsWith('[')).map(rangeOf),
  }
}

function rangeOf(slots: string): readonly [number, number] {
  const [first = Number.NaN, last = first] = slots.split('-').map(Number)
  return [first, last]
}

/** The id of the node that has the slot. */
export function ownerIn({ records }: ClusterView, slot: number): string | undefined {
  return records.find(({ ranges }) => ranges.some(([first, last]) => first <= slot && slot <= last))?.id
}

export function isPrimaryIn({ records }: ClusterView, id: string): boolean {
  return records.some((record) => record.id === id && record.ranges.length > 0)
}

/** A replica that has failed does not count. */
export function isReplicaIn({ records }: ClusterView, id: string, primary: string): boolean {
  return records.some(
    (record) => record.id === id && record.primary === primary && !record.flags.includes('fail'),
  )
}

/** What of a whole cluster is missing in the views of its nodes, in words; `undefined` when nothing is. */
export function missingIn(views: readonly (ClusterView | undefined)[]): string | undefined {
  const layouts = new Set<string>()
  for (const [index, view] of views.entries()) {
    const lack = view === undefined ? 'does not answer' : missingInOne(view, views.length)
    if (view === undefined || lack !== undefined) return `Node ${index} ${lack}`
    layouts.add(layoutOf(view))
  }
  return layouts.size === 1 ? undefined : `The nodes know ${layouts.size} different layouts`
}

function missingInOne({ ok, assigned, records, upToDate }: ClusterView, nodes: number): string | undefined {
  if (records.length !== nodes) return `knows ${records.length} nodes`
  const unwell = records.find(({ flags }) => /fail|handshake|noaddr/.test(flags.join()))
  if (unwell !== undefined) return `finds ${unwell.id} ${unwell.flags.join()}`
  const apart = records.find(({ connected }) => !connected)
  if (apart !== undefined) return `has no connection to ${apart.id}`
  if (assigned !== SLOTS) return `knows the primaries of ${assigned} slots`
  if (!ok) return 'takes no commands'
  return upToDate ? undefined : 'does not follow its primary'
}

/** Who has which slots, and who follows whom. */
function layoutOf({ records }: ClusterView): string {
  return records
    .map(({ id, primary, ranges }) => `${id} ${primary} ${ranges.join(' ')}`)
    .sort()
    .join('\n')
}
