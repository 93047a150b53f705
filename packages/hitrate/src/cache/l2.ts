import type { EnvelopeFormat } from '../codec/envelope.ts'
import type { BreakerState } from '../metrics/recorder.ts'
import type { L2Node, MetricsCollector } from '../metrics/types.ts'
import { createBreaker } from '../stores/breaker.ts'
import { createGuard, type Guard } from '../stores/guard.ts'
import { ALL, type L2Info, type Link, type Store, type StoreFactory, type Version } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'
import { type Changes, createChanges } from './changes.ts'
import { type Claims, createClaims, createVersions, LEASE } from './claims.ts'
import { createFilling, type Filling } from './filling.ts'
import { createForecast, type Forecast } from './forecast.ts'
import type { Settings } from './options.ts'
import { createOrphans } from './orphans.ts'
import { createReader, type Reader, type ReaderParts } from './reader.ts'
import { createRecovery, type Recovery } from './recovery.ts'
import { createShards, type Shards } from './shards.ts'
import { createTagStore, type TagStore } from './tags.ts'
import { createUndelivered, type Undelivered } from './undelivered.ts'

/** All that speaks to the shared tier. */
export interface L2 {
  readonly shards: Shards
  readonly format: EnvelopeFormat
  readonly timeout: Milliseconds
  readonly tags: TagStore
  readonly reader: Reader
  readonly forecast: Forecast
  readonly versions: () => Version
  readonly claims: Claims
  readonly filling: Filling
  readonly changes: Changes
  readonly undelivered: Undelivered
  linkOf(key: string): Link
  /** Whether all of it is connected now. */
  readonly available: boolean
  /** Resolves when all of it has been connected once. */
  connected(): Promise<void>
  /** Its servers, as this process sees them. */
  nodes(): readonly L2Node[]
  /** What its servers say of themselves; `undefined` when none of them does. */
  info(): Promise<L2Info | undefined>
  close(): Promise<void>
}

/** Opens it; the connection attaches whenever the server appears. */
export function openL2(
  factory: StoreFactory,
  settings: Settings,
  shared: Omit<ReaderParts, 'shards' | 'tags' | 'tracking' | 'format' | 'forecast' | 'claims'>,
  /** Told whether L2 is of use, connected and not given a rest by a breaker; and of each breaker. */
  metrics: Pick<MetricsCollector, 'setL2Available' | 'breakerChanged'>,
): L2 {
  const { name, clock, logger, codec, times } = settings
  const { fence, markers, tier1, coherence, background, recorder } = shared
  const { timeout, compressAbove, maxValueBytes } = factory.settings
  const format: EnvelopeFormat = { codecName: codec.name, compressAbove, maxValueBytes }
  const life = times.ttl + times.staleFor
  const strict = settings.l1 === undefined
  // Without L1 nothing that is read is kept: there is nothing to be told of it.
  const tracking = settings.coherence === 'none' ? 'none' : strict ? 'asked' : 'all'
  let recovery: Recovery | undefined

  /** Servers that fail and are left alone. */
  const resting = new Set<Store>()
  /** `undefined` while it is being opened, when it may already tell that it is there. */
  let opened: Store | undefined
  const tellAvailability = (): void =>
    metrics.setL2Available(opened?.available !== false && resting.size === 0)
  const onBreaker = (of: Store, state: BreakerState): void => {
    recorder.breaker(state)
    const rests = state !== 'closed'
    // It opens again after each probe in vain: said once.
    if (rests === resting.has(of)) return
    const which = store.shards === undefined ? { cache: name } : { cache: name, l2: of.label }
    if (rests) {
      resting.add(of)
      logger?.warn(which, 'L2 fails: it is left alone until it answers again')
    } else {
      resting.delete(of)
      logger?.info(which, 'L2 answers again')
    }
    metrics.breakerChanged(rests)
    tellAvailability()
  }
  const guardOf = (of: Store): Guard => {
    const guard: Guard = createGuard({
      clock,
      recorder,
      timeout,
      breaker: createBreaker({
        clock,
        settings: factory.settings.breaker,
        probe: () => guard.probe(() => of.probe?.() ?? of.readMarkers([ALL])),
        onChange: (state) => onBreaker(of, state),
      }),
      onSilence() {
        // A link that is not used yet has its own heartbeat.
        if (of.available) of.reopen()
      },
      isReply: (error) => of.isReply?.(error) === true,
    })
    return guard
  }
  const store: Store = factory.open({
    name,
    clock,
    logger,
    tracking,
    staleBound: settings.staleBound,
    onAvailability(available, of = opened) {
      // A store that is there when it is opened has nothing to recover from.
      if (available && of !== undefined) recovery?.onFound(of)
      else if (!available) recovery?.onLost()
      tellAvailability()
    },
    onGone(of) {
      resting.delete(of)
      recovery?.onGone(of)
      tellAvailability()
    },
    onLink: async (found) => recovery?.onLink({ ...found, of: found.of ?? store }),
    onChange: (change) => recovery?.onChange(change),
  })
  opened = store
  const shards = createShards(store, guardOf)

  const tags = createTagStore({ shards, markers, fence, coherence, background, clock, strict })
  const changes = createChanges(clock)
  const undelivered = createUndelivered({
    shards,
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
  recovery = createRecovery({ fence, markers, tier1, tags, changes, undelivered, orphans, shards })
  const versions = createVersions()
  const forecast = createForecast()
  const claims = createClaims({ shards, versions, orphans, background, clock, recorder })
  return {
    shards,
    format,
    timeout,
    tags,
    reader: createReader({ ...shared, shards, tags, tracking, format, forecast, claims }),
    forecast,
    versions,
    claims,
    filling: createFilling({ shards, tags, format, clock, recorder }),
    changes,
    undelivered,
    linkOf: (key) => shards.linkOf(key),
    get available() {
      return store.available
    },
    connected: () => store.connected(),
    nodes: () =>
      shards.all.map(({ store: { label, available }, guard }) => ({
        label,
        available,
        breaker: guard.breaker,
      })),
    info: () => shards.info(),
    async close() {
      recovery = undefined
      if (undelivered.size > 0 && shards.all.some((shard) => shard.store.available))
        await undelivered.deliver()
      undelivered.close()
      shards.close()
      await store.close()
    },
  }
}
