import type { Store } from '../../stores/store.ts'
import {
  BODY,
  claimed,
  claimedOver,
  claimOne,
  fill,
  filled,
  LONG,
  newVersion,
  type StoreUnderTest,
} from './subject.ts'

export function write(store: Store, key: string, { now }: StoreUnderTest): Promise<boolean[]> {
  const request = { key, version: newVersion(), body: BODY, life: LONG }
  return store.write([request], { notAfter: now() + LONG, onlyAbsent: false })
}

/** Makes what has to be there before, and gives the deed itself: what `store` does to the key `k` or the marker `tag`. */
export type Deed = (
  store: Store,
  subject: StoreUnderTest,
) => Promise<() => Promise<unknown>> | (() => Promise<unknown>)

export type Deeds = Readonly<Record<string, Deed>>

/** After these the key is still read by who wrote it. */
export const WRITINGS: Deeds = {
  'a write': (store, subject) => () => write(store, 'k', subject),
  'a claim': (store) => () => claimed(store, 'k'),
  'a claim of a stale entry': async (store) => {
    await filled(store, 'k')
    return () => claimedOver(store, 'k')
  },
  'a steal': async (store) => {
    await claimed(store, 'k')
    return () => claimOne(store, { key: 'k', version: newVersion(), lease: LONG, over: 'steal' })
  },
  'a renewal of a claim': async (store) => {
    const { version } = await claimed(store, 'k')
    return () => store.renew('k', version, LONG * 2)
  },
  'a release of a claim': async (store) => {
    const { version } = await claimed(store, 'k')
    return () => store.release('k', version, { pause: 0, remove: false })
  },
  'a release of a stale entry': async (store) => {
    await filled(store, 'k')
    const { version } = await claimedOver(store, 'k')
    return () => store.release('k', version, { pause: LONG, remove: false })
  },
  'a fill': async (store) => {
    const claim = await claimed(store, 'k')
    return () => fill(store, 'k', claim)
  },
  'an expire of an entry': async (store) => {
    await filled(store, 'k')
    return () => store.expire(['k'])
  },
  'an expire of a claim': async (store) => {
    await claimed(store, 'k')
    return () => store.expire(['k'])
  },
}

export const REMOVALS: Deeds = {
  'a delete': async (store) => {
    await filled(store, 'k')
    return () => store.delete(['k'])
  },
  'an eviction': async (store, { evict }) => {
    await filled(store, 'k')
    return () => evict('k')
  },
}

/** These change nothing, but look. */
export const LOOKS: Deeds = {
  'a read of an absent key': (store) => () => store.read(['k'], true),
  'a claim that is held by another': async (store, { other }) => {
    await claimed(other, 'k')
    return () => claimOne(store, { key: 'k', version: newVersion(), lease: LONG, over: undefined })
  },
  'a claim that finds an entry': async (store, { other }) => {
    await filled(other, 'k')
    return () => claimOne(store, { key: 'k', version: newVersion(), lease: LONG, over: undefined })
  },
  'a fill that is refused': (store) => () => fill(store, 'k', { version: newVersion(), at: 1 }),
}

export const MARKINGS: Deeds = {
  'a marker made': (store) => () => store.ensureMarkers(['tag'], LONG),
  'a marker stamped as deleted': async (store) => {
    await store.ensureMarkers(['tag'], LONG)
    return () => store.stampMarkers(['tag'], 'delete', LONG)
  },
  'a marker stamped as expired': async (store) => {
    await store.ensureMarkers(['tag'], LONG)
    return () => store.stampMarkers(['tag'], 'expire', LONG)
  },
}

export const EVICTED_MARKER: Deeds = {
  'a marker evicted': async (store, { evictMarker }) => {
    await store.ensureMarkers(['tag'], LONG)
    return () => evictMarker('tag')
  },
}
