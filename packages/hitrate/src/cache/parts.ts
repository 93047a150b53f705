import type { MetricsCollector } from '../metrics/types.ts'
import { createGuard, type Guard } from '../stores/guard.ts'
import type { Store } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'
import { type Background, createBackground } from './background.ts'
import { createClaims, createVersions } from './claims.ts'
import { createDepartures } from './departures.ts'
import { createEntryMaker } from './entry.ts'
import { createFence } from './fence.ts'
import { createFilling } from './filling.ts'
import { createInvalidation, type Invalidation } from './invalidation.ts'
import { createLoading } from './loading.ts'
import type { LookupParts } from './lookup.ts'
import { createMarkers } from './markers.ts'
import { createObservers } from './observers.ts'
import type { Settings } from './options.ts'
import { createPayloads } from './payload.ts'
import { createReadLedger } from './read-ledger.ts'
import { createReader, type Reader } from './reader.ts'
import { createSearch } from './search.ts'
import { createLoadSlots, type LoadSlots } from './slots.ts'
import { createTagStore, type TagStore } from './tags.ts'
import { createTier1, noTier1 } from './tier1.ts'
import { createWriter, type Writer } from './writing.ts'

/** Until L2 tells of changes, what L1 knows of it may be this old: an L1 over an L2 keeps entries no longer. */
const MAX_L1_AGE: Milliseconds = 1_000
/** Of which markers may take this much: an entry is as old as what is known of its tags. */
const MAX_MARKER_AGE: Milliseconds = 500

/** What a cache is made of. Each part is a file of its own; here they are put together. */
export interface Parts extends LookupParts {
  readonly l2: PartsL2 | undefined
  readonly slots: LoadSlots
  readonly background: Background
  readonly writer: Writer
  readonly invalidation: Invalidation
}

export interface PartsL2 {
  readonly store: Store
  readonly guard: Guard
  readonly reader: Reader
  readonly tags: TagStore
}

export function assemble(settings: Settings, metrics: MetricsCollector): Parts {
  const { clock, codec, logger, name } = settings
  const recorder = metrics.recorder
  const fence = createFence()
  const markers = createMarkers(fence)
  const departures = createDepartures()
  const ledger = createReadLedger()
  const payloads = createPayloads(codec, recorder)
  const background = createBackground(recorder)
  const slots = createLoadSlots(settings.maxLoads, clock)
  const maxL1Bytes = settings.l1?.maxBytes ?? Number.POSITIVE_INFINITY
  const maxAge =
    settings.l2 === undefined ? Number.POSITIVE_INFINITY : settings.l1 === undefined ? 0 : MAX_L1_AGE
  const makeEntry = createEntryMaker({ clock, earlyRefresh: settings.earlyRefresh, maxAge })
  const tier1 =
    settings.l1 === undefined
      ? noTier1
      : createTier1({ bounds: settings.l1, markers, departures, ledger, clock, recorder })

  const shared = { fence, markers, payloads, makeEntry, tier1, clock, recorder }
  const openL2 = () => {
    if (settings.l2 === undefined) return undefined
    metrics.setL2Available(false)
    const store = settings.l2.open({
      name,
      clock,
      logger,
      tracking: false,
      staleBound: 2_000,
      onAvailability: metrics.setL2Available,
      onLink: async () => undefined,
      onChange: () => undefined,
    })
    const { timeout, compressAbove, maxValueBytes } = settings.l2.settings
    const guard = createGuard({ clock, recorder, timeout })
    const tags = createTagStore({
      store,
      guard,
      markers,
      clock,
      maxAge: settings.l1 === undefined ? 0 : MAX_MARKER_AGE,
    })
    const format = { codecName: codec.name, compressAbove, maxValueBytes }
    const reader = createReader({ ...shared, store, guard, tags, format })
    const versions = createVersions()
    const claims = createClaims({ store, guard, versions, clock, recorder })
    const filling = createFilling({ store, guard, tags, format, clock })
    return { store, guard, tags, format, reader, versions, claims, filling, timeout }
  }
  const l2 = openL2()

  const loading = createLoading({
    ...shared,
    l2,
    background,
    maxBytes: l2?.format.maxValueBytes ?? maxL1Bytes,
    loadDeadline: settings.loadDeadline,
    retryAfter: settings.retryAfter,
    jitter: settings.jitter,
  })
  const life = settings.times.ttl + settings.times.staleFor
  const invalidation = createInvalidation({ l2, fence, markers, tier1, life, recorder })
  const writer = createWriter({
    ...shared,
    l2,
    jitter: settings.jitter,
    maxL1Bytes,
    remove: (keys) => invalidation.keys(keys, 'delete'),
  })
  const search = createSearch({ tier1, reader: l2?.reader, departures, clock })
  const observers = createObservers(name, clock)
  return {
    l2,
    tier1,
    search,
    loading,
    fence,
    ledger,
    observers,
    clock,
    recorder,
    slots,
    background,
    writer,
    invalidation,
  }
}
