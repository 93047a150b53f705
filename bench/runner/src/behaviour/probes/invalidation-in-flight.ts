import { setTimeout as sleep } from 'node:timers/promises'
import { ask, type Item, type Open, type RedisAddress } from '../../subject.ts'
import { timed } from '../waiting.ts'

export interface InvalidationInFlight {
  /** What a lookup got that began when the delete had resolved and the old load was still running. */
  readonly whileLoading: string
  /** What a lookup got after the old load had ended. */
  readonly afterLoading: string
  /** What another instance on the same Redis got after that. */
  readonly elsewhere?: string
}

const LOAD_MS = 200
const DELETE_AFTER_MS = 50
/** For what the subject still writes in the background. */
const SETTLE_MS = 300
const LIMIT_MS = 15_000

/** The origin changes and the key is deleted while the old value is being loaded: may it be returned afterwards? */
export async function invalidationInFlight(
  open: Open,
  redis: RedisAddress | undefined,
): Promise<InvalidationInFlight> {
  const origin = new Map<string, string>()
  const load = async (key: string): Promise<Item> => {
    const version = origin.get(key) ?? 'old'
    await sleep(LOAD_MS)
    return { key, version }
  }
  const subject = open({ load, redis })
  await subject.ready?.()
  const versionOf = async (asked: typeof subject, key: string) => {
    const { value, error, hung } = await timed(() => ask(asked, key), LIMIT_MS)
    return value?.version ?? (hung ? 'no answer' : (error ?? 'nothing'))
  }
  /** Returns when the delete has resolved, with the load still running. */
  const deleteDuringLoad = async (key: string) => {
    const loading = versionOf(subject, key)
    await sleep(DELETE_AFTER_MS)
    origin.set(key, 'new')
    await timed(() => subject.delete(key), LIMIT_MS)
    return { loading }
  }

  // Two keys: a lookup in between would load anew, and might so hide what the old load leaves behind.
  const joined = await deleteDuringLoad('joined')
  const whileLoading = await versionOf(subject, 'joined')
  await joined.loading

  const alone = await deleteDuringLoad('alone')
  await alone.loading
  await sleep(SETTLE_MS)
  const afterLoading = await versionOf(subject, 'alone')
  if (redis === undefined) return { whileLoading, afterLoading }

  const other = open({ load, redis })
  await other.ready?.()
  return { whileLoading, afterLoading, elsewhere: await versionOf(other, 'alone') }
}
