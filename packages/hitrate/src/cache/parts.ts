import { createFleet, type Measured, type OwnFleet } from '../fleet/fleet.ts'
import type { StoreFactory } from '../stores/store.ts'
import { type Background, createBackground } from './background.ts'
import { createCoherence } from './coherence.ts'
import { createDepartures } from './departures.ts'
import { createEntryMaker } from './entry.ts'
import { createFence } from './fence.ts'
import { createInvalidation, type Invalidation } from './invalidation.ts'
import { type L2, openL2 } from './l2.ts'
import { createLoading } from './loading.ts'
import type { LookupParts } from './lookup.ts'
import { createMarkers } from './markers.ts'
import { Observers } from './observers.ts'
import type { Settings } from './options.ts'
import { createPayloads } from './payload.ts'
import { createReadLedger } from './read-ledger.ts'
import { createSearch } from './search.ts'
import { createLoadSlots, type LoadSlots } from './slots.ts'
import { createTier1, noTier1 } from './tier1.ts'
import { createWriter, type Writer } from './writing.ts'

/** What a cache is made of. Each part is a file of its own; here they are put together. */
export interface Parts extends LookupParts {
  readonly l2: L2 | undefined
  readonly slots: LoadSlots
  readonly background: Background
  readonly writer: Writer
  readonly invalidation: Invalidation
  readonly fleet: OwnFleet | undefined
}

export function assemble(settings: Settings, metrics: Measured): Parts {
  const { clock, codec, name } = settings
  const recorder = metrics.recorder
  const fence = createFence()
  const markers = createMarkers(fence)
  const departures = createDepartures()
  const ledger = createReadLedger()
  const payloads = createPayloads(codec, recorder)
  const background = createBackground(recorder)
  const slots = createLoadSlots(settings.maxLoads, clock)
  const maxL1Bytes = settings.l1?.maxBytes ?? Number.POSITIVE_INFINITY
  const coherence = createCoherence(settings)
  const makeEntry = createEntryMaker({ clock, earlyRefresh: settings.earlyRefresh, coherence })
  const tier1 =
    settings.l1 === undefined
      ? noTier1
      : createTier1({ bounds: settings.l1, markers, coherence, departures, ledger, clock, recorder })

  if (settings.l1 !== undefined) {
    metrics.watchL1(() => tier1.size(), settings.l1.maxBytes)
  }

  const shared = { fence, markers, payloads, makeEntry, tier1, coherence, clock, recorder }
  const openIt = (factory: StoreFactory): L2 => {
    metrics.setL2Available(false)
    const opened = openL2(factory, settings, { ...shared, background }, metrics)
    metrics.watchL2(() => opened.nodes())
    return opened
  }
  const l2 = settings.l2 === undefined ? undefined : openIt(settings.l2)

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
    keepsHere: settings.l1 !== undefined,
    remove: (keys) => invalidation.keys(keys, 'delete'),
  })
  const fleet =
    l2 === undefined || settings.fleet === undefined
      ? undefined
      : createFleet({
          cache: name,
          name: settings.fleet.name,
          owners: l2.shards,
          metrics,
          clock,
          logger: settings.logger,
        })
  const search = createSearch({ tier1, l2, departures, clock })
  const observers = new Observers(name, clock)
  return {
    l2,
    tier1,
    search,
    loading,
    fence,
    ledger,
    observers,
    coherence,
    clock,
    recorder,
    slots,
    background,
    writer,
    invalidation,
    fleet,
  }
}
