import type { Clock } from '../clock.ts'
import type { EnvelopeFields, TagNonce } from '../codec/envelope.ts'
import {
  ALL,
  type Link,
  type MarkerName,
  type MarkerState,
  type ServerTime,
  type Store,
} from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'
import type { Background } from './background.ts'
import type { Coherence } from './coherence.ts'
import type { Fence } from './fence.ts'
import type { Marker, Markers } from './markers.ts'
import type { Shard, Shards } from './shards.ts'

/** When a load began, by the clock of its key's server. */
export interface Began {
  readonly key: string
  readonly at: ServerTime
}

/** How an entry of L2 stands by its tags' markers. `unknown`: they could not be read. */
export type Verdict = 'alive' | 'expired' | 'dead' | 'unknown'

/** What a fill needs to know of its tags; `void`: one was deleted after the load began. */
export type FillNonces =
  | { readonly kind: 'ok'; readonly allNonce: string; readonly tags: readonly TagNonce[] }
  | { readonly kind: 'void' }
  /** `unknown`: whose server did not answer; the others are known. */
  | { readonly kind: 'failed'; readonly unknown: ReadonlySet<Marker> }

/** Markers outlive the entries that need them by this much, so that a fill seldom has to lengthen them. */
export const MARKER_SLACK: Milliseconds = 3_600_000

/**
 * Tags over L2: markers read, made and stamped there, kept in this process for as long as coherence allows.
 */
export interface TagStore {
  /**
   * Reads the markers that are not known well enough, in one round trip; those among them that could not be read.
   * @param since and those that no link tells of, and that were not read after it
   */
  refresh(markers: Iterable<Marker>, since?: Milliseconds): Promise<ReadonlySet<Marker>>
  /**
   * Begins to read those of them that are not known well enough, for {@link TagStore.asAnswered}; called when L2 was asked
   * something else. `undefined`: all are known.
   */
  meanwhile(markers: readonly Marker[], since?: Milliseconds): Promise<ReadonlySet<Marker>> | undefined
  /**
   * Called when it has answered that: whether the markers are known as they were then. What a tracked link tells comes
   * before the answer, so only markers that it told of are read now.
   * @param reading what {@link TagStore.meanwhile} has begun
   */
  asAnswered(
    markers: readonly Marker[],
    reading: Promise<ReadonlySet<Marker>> | undefined,
  ): boolean | Promise<boolean>
  /** When L2 was last asked for the one among them that was asked for longest ago. */
  knownAt(markers: readonly Marker[]): Milliseconds
  /** Whether one of them was invalidated, or lost, after a load began; they must have been refreshed. */
  voided(began: Began, markers: readonly Marker[]): boolean
  /** Another process changed the marker: what carries it in L1 is in doubt until it is read again, which begins now. */
  told(name: MarkerName): void
  /** Judges an entry read from L2; its markers must have been refreshed. */
  judge(began: Began, fields: Pick<EnvelopeFields, 'allNonce' | 'tags'>, markers: readonly Marker[]): Verdict
  /** The nonces for an entry that will live for `life`; missing markers are made. At once where all are known. */
  nonces(
    markers: readonly Marker[],
    began: Began | undefined,
    life: Milliseconds,
  ): FillNonces | Promise<FillNonces>
  /** The nonces as last known; `undefined` when one is not. */
  known(markers: readonly Marker[]): Pick<EnvelopeFields, 'allNonce' | 'tags'> | undefined
  /** Deletes everything here, without telling L2. */
  voidAll(): void
  /**
   * Invalidates here, tells L2, and invalidates here again when it has answered: what was read meanwhile may be from
   * before. Those that L2 did not confirm; they are honoured here in either case.
   */
  stamp(markers: readonly Marker[], mode: 'delete' | 'expire', life: Milliseconds): Promise<readonly Marker[]>
}

export function createTagStore(options: {
  readonly shards: Shards
  readonly markers: Markers
  readonly fence: Fence
  readonly coherence: Coherence
  readonly background: Background
  readonly clock: Clock
  /** Without L1 nothing is taken from memory: markers that no link tells of are read each time. */
  readonly strict: boolean
}): TagStore {
  const { shards, fence, coherence, clock, strict } = options
  /** Told of, held by L1, and not asked for again yet. */
  const doubted = new Set<Marker>()

  const outdated = ({ link, readAt }: Marker): boolean =>
    (strict && !link.tracked) || !coherence.believes(link, readAt, clock.now())

  const asking = (marker: Marker): Question => ({
    sent: clock.now(),
    seq: fence.next(),
    link: shards.linkOfMarker(marker.name),
    changes: marker.changes,
    deletedSeq: marker.deletedSeq,
    expiredSeq: marker.expiredSeq,
  })

  const learn = (marker: Marker, told: MarkerState | undefined, question: Question): void => {
    if (question.sent < marker.readAt) return // overtaken by a later answer
    const { state: before } = marker
    // The answer may be from before a change that was told, or an invalidation that was made here, since it was sent.
    const heard = marker.changes === question.changes
    const current = marker.deletedSeq === question.deletedSeq && marker.expiredSeq === question.expiredSeq
    marker.state = newer(before, told)
    marker.link = question.link
    // L1 holds entries for as long as it is told of changes: those that what was learnt makes invalid end here.
    if (question.link.tracked && before !== undefined) end(marker, before, question)
    if (heard) {
      marker.suspect = false
      marker.toldSeq = 0
    }
    // Any process may make a missing one at any time: that it is missing is not worth remembering.
    marker.readAt = heard && current && told !== undefined ? question.sent : Number.NEGATIVE_INFINITY
  }

  /** Ends what began before the change was told, or, where it was not, before it was asked for. */
  const end = (marker: Marker, before: MarkerState, { seq }: Question): void => {
    const { state } = marker
    const since = marker.toldSeq > 0 ? marker.toldSeq : seq
    const replaced = state === undefined || state.nonce !== before.nonce
    if (replaced || state.deletedAt > before.deletedAt) options.markers.stamp(marker, 'delete', since)
    else if (state.expiredAt > before.expiredAt) options.markers.stamp(marker, 'expire', since)
  }

  /** Asks one server for its own; those it did not answer for. */
  const askOne = async (
    { operation, work, learnt = learn }: Query,
    shard: Shard,
    wanted: readonly Marker[],
  ): Promise<ReadonlySet<Marker>> => {
    const questions = wanted.map((marker) => [marker, asking(marker)] as const)
    const names = wanted.map(({ name }) => name)
    const answer = await shard.guard.call(operation, () => work(shard.store, names))
    if (!answer.ok) return new Set(wanted)
    for (const [index, [marker, question]] of questions.entries())
      learnt(marker, answer.value[index], question)
    return NONE
  }

  /** Asks each server for its own. */
  const ask = (query: Query, wanted: readonly Marker[]): Promise<ReadonlySet<Marker>> => {
    const groups = [...Map.groupBy(wanted, ({ name }) => shards.ofMarker(name))]
    const asked = Promise.all(groups.map((group) => askOne(query, ...group))).then(
      (unanswered) => new Set(unanswered.flatMap((those) => [...those])),
    )
    // Some wait for something else first, and only then for this: should it fail before, it is theirs nevertheless.
    asked.catch(() => undefined)
    return asked
  }

  /** Those that are not known well enough. */
  const unsureOf = (markers: Iterable<Marker>, since: Milliseconds): readonly Marker[] | undefined => {
    // Mostly all are known: then nothing is made.
    let wanted: Set<Marker> | undefined
    for (const marker of markers) {
      if (!outdated(marker) && (marker.link.tracked || marker.readAt > since)) continue
      wanted ??= new Set()
      wanted.add(marker)
    }
    return wanted && [...wanted]
  }

  const refresh: TagStore['refresh'] = (markers, since = Number.NEGATIVE_INFINITY) => {
    const unsure = unsureOf(markers, since)
    return unsure === undefined ? KNOWN : ask(READ, unsure)
  }

  /** Reads those that a tracked link told of; whether all are known then. */
  const toldAreRead = (markers: readonly Marker[]): boolean | Promise<boolean> => {
    let told: Marker[] | undefined
    for (const marker of markers) {
      if (!marker.link.tracked || !outdated(marker)) continue
      told ??= []
      told.push(marker)
    }
    return told === undefined || refresh(told).then((unread) => unread.size === 0)
  }

  /** Whether a load may have begun before a stamp of the marker's. */
  const isBefore = ({ key, at }: Began, { name }: Marker, stamp: ServerTime): boolean =>
    shards.isBefore(key, at, name, stamp)

  const known: TagStore['known'] = (markers) => {
    const tags: TagNonce[] = []
    let allNonce = ''
    for (const { name, state } of markers) {
      if (state === undefined) return undefined
      if (name === ALL) allNonce = state.nonce
      else tags.push({ tag: name, nonce: state.nonce })
    }
    return { allNonce, tags }
  }

  /** Makes those that are missing, and keeps them long enough; those whose server did not answer. */
  const ensure = async (markers: readonly Marker[], life: Milliseconds): Promise<ReadonlySet<Marker>> => {
    const kept = life + MARKER_SLACK
    const until = clock.now() + kept
    const work: Query['work'] = (store, names) => store.ensureMarkers(names, kept)
    const unmade = await ask({ operation: 'write', work }, markers)
    for (const marker of markers)
      if (!unmade.has(marker)) marker.keptUntil = Math.max(marker.keptUntil, until)
    return unmade
  }

  const fillNonces = (markers: readonly Marker[], began: Began | undefined): FillNonces => {
    const late = (marker: Marker): boolean =>
      began !== undefined &&
      marker.state !== undefined &&
      isBefore(began, marker, Math.max(marker.state.deletedAt, marker.ownDeletedAt))
    if (markers.some(late)) return { kind: 'void' }
    const nonces = known(markers)
    if (nonces === undefined) return { kind: 'failed', unknown: new Set(markers) }
    return { kind: 'ok', allNonce: nonces.allNonce, tags: nonces.tags }
  }

  /** L2 does not know of the invalidation: what it says of entries that began before is outdated. */
  const honour = (markers: readonly Marker[], mode: 'delete' | 'expire'): void => {
    for (const marker of markers) {
      const now = shards.ofMarker(marker.name).store.serverNow() ?? clock.wall()
      if (mode === 'delete') marker.ownDeletedAt = now
      else marker.ownExpiredAt = now
    }
  }

  return {
    refresh,

    meanwhile(markers, since = Number.NEGATIVE_INFINITY) {
      const unsure = unsureOf(markers, since)
      return unsure && ask(READ, unsure)
    },

    asAnswered(markers, reading) {
      if (reading === undefined) return toldAreRead(markers)
      return reading.then((unread) => unread.size === 0 && toldAreRead(markers))
    },

    told(name) {
      const marker = options.markers.peek(name)
      if (marker === undefined) return
      options.markers.doubt(marker)
      if (marker.holders === 0) return
      // One change of a hot tag comes with others: they are asked for together.
      if (doubted.size === 0) {
        queueMicrotask(() => {
          const wanted = [...doubted]
          doubted.clear()
          options.background.add(refresh(wanted))
        })
      }
      doubted.add(marker)
    },

    knownAt(markers) {
      let oldest = Number.POSITIVE_INFINITY
      for (const { readAt } of markers) if (readAt < oldest) oldest = readAt
      return oldest
    },

    voided: (began, markers) =>
      markers.some((marker) => {
        const { state, ownDeletedAt, ownExpiredAt } = marker
        if (state === undefined) return true
        return isBefore(began, marker, Math.max(state.deletedAt, state.expiredAt, ownDeletedAt, ownExpiredAt))
      }),

    judge(began, { allNonce, tags }, markers) {
      let expired = false
      let index = 0
      for (const marker of markers) {
        const nonce = index === 0 ? allNonce : tags[index - 1]?.nonce
        index++
        const { state } = marker
        if (state === undefined || state.nonce !== nonce) return 'dead'
        if (isBefore(began, marker, Math.max(state.deletedAt, marker.ownDeletedAt))) return 'dead'
        if (isBefore(began, marker, Math.max(state.expiredAt, marker.ownExpiredAt))) expired = true
      }
      return expired ? 'expired' : 'alive'
    },

    nonces(markers, began, life) {
      const until = clock.now() + life
      // The cache's own is kept for ever.
      const lasts = ({ name, keptUntil }: Marker): boolean => name === ALL || keptUntil >= until
      // Making sure that they are there also has their changes told from now on.
      const unsure = markers.filter(
        (marker) => marker.state === undefined || !lasts(marker) || (marker.link.tracked && outdated(marker)),
      )
      if (unsure.length === 0) return fillNonces(markers, began)
      return ensure(unsure, life).then((unmade) =>
        unmade.size > 0 ? { kind: 'failed', unknown: unmade } : fillNonces(markers, began),
      )
    },

    known,

    async stamp(markers, mode, life) {
      for (const marker of markers) options.markers.stamp(marker, mode)
      const sent = clock.now()
      const kept = life + MARKER_SLACK
      const unconfirmed = await ask(
        {
          operation: 'write',
          work: (store, names) => store.stampMarkers(names, mode, kept),
          learnt(marker, told, question) {
            options.markers.stamp(marker, mode)
            const { deletedSeq, expiredSeq } = marker
            learn(marker, told, { ...question, deletedSeq, expiredSeq })
            marker.keptUntil = Math.max(marker.keptUntil, sent + kept)
          },
        },
        markers,
      )
      for (const marker of unconfirmed) options.markers.stamp(marker, mode)
      honour([...unconfirmed], mode)
      return [...unconfirmed]
    },

    voidAll() {
      const { all } = options.markers
      options.markers.stamp(all, 'delete')
      honour([all], 'delete')
    },
  }
}

const NONE: ReadonlySet<Marker> = new Set()
const KNOWN: Promise<ReadonlySet<Marker>> = Promise.resolve(NONE)

/** What servers are asked of markers, and what is done with each answer; default: it is learnt. */
interface Query {
  readonly operation: 'read' | 'write'
  work(store: Store, names: readonly MarkerName[]): Promise<readonly (MarkerState | undefined)[]>
  learnt?(marker: Marker, told: MarkerState | undefined, question: Question): void
}

const READ: Query = { operation: 'read', work: (store, names) => store.readMarkers(names) }

/** What was known when a marker was asked for. */
interface Question {
  readonly sent: Milliseconds
  readonly seq: number
  readonly link: Link
  readonly changes: number
  readonly deletedSeq: number
  readonly expiredSeq: number
}

/** Answers may overtake each other, and stamps only grow. */
function newer(known: MarkerState | undefined, told: MarkerState | undefined): MarkerState | undefined {
  if (known === undefined || told === undefined || known.nonce !== told.nonce) return told
  return {
    nonce: told.nonce,
    deletedAt: Math.max(known.deletedAt, told.deletedAt),
    expiredAt: Math.max(known.expiredAt, told.expiredAt),
  }
}
