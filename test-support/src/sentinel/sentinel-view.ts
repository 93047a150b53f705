import { type Address, ask, fieldsOf, GLANCE_MS, itemsOf, type Reply, textOf } from '../redis/ask.ts'

/** What one sentinel knows of the group. */
export interface SentinelView {
  /** The port of the primary it would send clients to. */
  readonly primaryPort: number
  readonly primary: ReadonlyMap<string, string>
  readonly replicas: readonly ReadonlyMap<string, string>[]
  readonly others: readonly ReadonlyMap<string, string>[]
}

/** Asks one sentinel; `undefined` when it can't be reached. */
export async function viewOf(sentinel: Address, name: string): Promise<SentinelView | undefined> {
  try {
    const questions = ['GET-MASTER-ADDR-BY-NAME', 'MASTER', 'REPLICAS', 'SENTINELS']
    const [address, primary, replicas, others] = await ask(
      sentinel,
      questions.map((question) => ['SENTINEL', question, name]),
      GLANCE_MS,
    )
    return {
      primaryPort: Number(textOf(itemsOf(address)[1])),
      primary: fieldsOf(primary),
      replicas: all(replicas),
      others: all(others),
    }
  } catch {
    return undefined
  }
}

function all(reply: Reply | undefined): readonly ReadonlyMap<string, string>[] {
  return itemsOf(reply).map(fieldsOf)
}

/** What of a whole group is missing in a view, in words; `undefined` when nothing is. */
export function missingIn(
  { primary, replicas, others }: SentinelView,
  whole: { readonly replicas: number; readonly others: number },
): string | undefined {
  const flags = primary.get('flags')
  if (flags !== 'master') return `finds the primary ${flags}`
  const known = others.filter((other) => other.get('flags') === 'sentinel')
  if (known.length !== whole.others) return `sees ${known.length} other sentinels`
  const up = replicas.filter(
    (replica) => replica.get('flags') === 'slave' && replica.get('master-link-status') === 'ok',
  )
  if (up.length !== whole.replicas) return `sees ${up.length} replicas that follow the primary`
  return undefined
}
