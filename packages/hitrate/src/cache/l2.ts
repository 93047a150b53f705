import type { EnvelopeFormat } from '../codec/envelope.ts'
import { type BreakerState, createBreaker } from '../stores/breaker.ts'
import { createGuard, type Guard } from '../stores/guard.ts'
import { ALL, type Link, type Store, type StoreFactory, type Version } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'
import type { Background } from './background.ts'
import { type Changes, createChanges } from './changes.ts'
import { type Claims, createClaims, createVersions, LEASE } from './claims.ts'
import { createFilling, type Filling } from './filling.ts'
import type { Settings } from './options.ts'
import { createOrphans } from './orphans.ts'
import { createReader, type Reader, type ReaderParts } from './reader.ts'
import { createRecovery, type Recovery } from './recovery.ts'
import { createTagStore, type TagStore } from './tags.ts'
import { createUndelivered, type Undelivered } from './undelivered.ts'

/** All that speaks to the shared tier. */
export interface L2 {
  readonly store: Store
  readonly guard: Guard
  readonly format: EnvelopeFormat
  readonly timeout: Milliseconds
  readonly tags: TagStore
  readonly reader: Reader
  readonly versions: () => Version
  readonly claims: Claims
  readonly filling: Filling
  readonly changes: Changes
  readonly undelivered: Undelivered
  linkOf(key: string): Link
  close(): Promise<void>
}

/** Opens it; the connection attaches whenever the server appears. */
export function openL2(
  factory: StoreFactory,
  settings: Settings,
  shared: Omit<ReaderParts, 'store' | 'guard' | 'tags' | 'format'> & { readonly background: Background },
  /** Told whether L2 is of use: connected, and not given a rest by the breaker. */
  onAvailability: (available: boolean) => void,
): L2 {
  const { name, clock, logger, codec, times } = settings
  const { fence, markers, tier1, coherence, background, recorder } = shared
  const { timeout, compressAbove, maxValueBytes } = factory.settings
  const format: EnvelopeFormat = { codecName: codec.name, compressAbove, maxValueBytes }
  const life = times.ttl + times.staleFor
  let connected = false
  let recovery: Recovery | undefined

  let resting = false
  const onBreaker = (state: BreakerState): void => {
    // It opens again after each probe in vain: said once.
    if (resting === (state !== 'closed')) return
    resting = !resting
    if (resting) logger?.warn({ cache: name }, 'L2 fails: it is left alone until it answers again')
    else logger?.info({ cache: name }, 'L2 answers again')
    onAvailability(connected && !resting)
  }
  const breaker = createBreaker({
    clock,
    settings: factory.settings.breaker,
    probe: () => guard.probe(() => store.readMarkers([ALL])),
    onChange: onBreaker,
  })
  const guard = createGuard({
    clock,
    recorder,
    timeout,
    breaker,
    onSilence() {
      // A link that is not used yet has its own heartbeat.
      if (store.available) store.reopen()
    },
    isReply: (error) => store.isReply?.(error) === true,
  })
  const store: Store = factory.open({
    name,
    clock,
    logger,
    tracking: settings.coherence === 'tracking',
    staleBound: settings.staleBound,
    onAvailability(available) {
      connected = available
      // A store that is there when it is opened has nothing to recover from.
      if (available) recovery?.onFound()
      else recovery?.onLost()
      onAvailability(available && breaker.admits)
    },
    onLink: async (found) => recovery?.onLink(found),
    onChange: (change) => recovery?.onChange(change),
  })

  const strict = settings.l1 === undefined
  const tags = createTagStore({ store, guard, markers, fence, coherence, background, clock, strict })
  const changes = createChanges(clock)
  const undelivered = createUndelivered({
    store,
    guard,
    markers,
    background,
    life,
    clock,
    recorder,
    onOverflow: () => tags.voidAll(),
    onRemoved(holds) {
      fence.voidWhere(holds, 'expire')
      tier1.invalidateWhere(holds, 'delete')
    },
  })
  const orphans = createOrphans(clock, LEASE)
  recovery = createRecovery({ fence, markers, tier1, tags, changes, undelivered, orphans, guard })
  const versions = createVersions()
  return {
    store,
    guard,
    format,
    timeout,
    tags,
    reader: createReader({ ...shared, store, guard, tags, format }),
    versions,
    claims: createClaims({ store, guard, versions, orphans, background, clock, recorder }),
    filling: createFilling({ store, guard, tags, format, clock }),
    changes,
    undelivered,
    linkOf: (key) => store.linkOf(key),
    async close() {
      recovery = undefined
      if (undelivered.size > 0 && store.available) await undelivered.deliver()
      undelivered.close()
      guard.close()
      await store.close()
    },
  }
}
