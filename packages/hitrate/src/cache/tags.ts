import type { Clock } from '../clock.ts'
import type { EnvelopeFields, TagNonce } from '../codec/envelope.ts'
import type { Guard } from '../stores/guard.ts'
import { ALL, type MarkerName, type MarkerState, type ServerTime, type Store } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'
import type { Marker, Markers } from './markers.ts'

/** How an entry of L2 stands by its tags' markers. `unknown`: they could not be read. */
export type Verdict = 'alive' | 'expired' | 'dead' | 'unknown'

/** What a fill needs to know of its tags; `void`: one was deleted after the load began. */
export type FillNonces =
  | { readonly kind: 'ok'; readonly allNonce: string; readonly tags: readonly TagNonce[] }
  | { readonly kind: 'void' }
  | { readonly kind: 'failed' }

/** Markers outlive the entries that need them by this much, so that a fill seldom has to lengthen them. */
const SLACK: Milliseconds = 3_600_000

/**
 * Tags over L2: markers read, made and stamped there, kept in this process for as long as coherence allows.
 */
export interface TagStore {
  /**
   * Reads the markers that are not known well enough, in one round trip; `false` when that failed.
   * @param since and those that were not read after it
   */
  refresh(markers: Iterable<Marker>, since?: Milliseconds): Promise<boolean>
  /** When L2 was last asked for the one among them that was asked for longest ago. */
  knownAt(markers: readonly Marker[]): Milliseconds
  /** Whether one of them was invalidated, or lost, after a load began; they must have been refreshed. */
  voided(began: ServerTime, markers: readonly Marker[]): boolean
  /** Whether {@link refresh} would read this one. */
  outdated(marker: Marker): boolean
  /** Judges an entry read from L2; its markers must have been refreshed. */
  judge(
    began: ServerTime,
    fields: Pick<EnvelopeFields, 'allNonce' | 'tags'>,
    markers: readonly Marker[],
  ): Verdict
  /** The nonces for an entry that will live for `life`; missing markers are made. */
  nonces(markers: readonly Marker[], began: ServerTime | undefined, life: Milliseconds): Promise<FillNonces>
  /** The nonces as last known; `undefined` when one is not. */
  known(markers: readonly Marker[]): Pick<EnvelopeFields, 'allNonce' | 'tags'> | undefined
  /**
   * Invalidates here, tells L2, and invalidates here again when it has answered: what was read meanwhile may be from
   * before. `false` when L2 did not confirm; it is honoured here in either case.
   */
  stamp(markers: readonly Marker[], mode: 'delete' | 'expire', life: Milliseconds): Promise<boolean>
}

export function createTagStore(options: {
  readonly store: Store
  readonly guard: Guard
  readonly markers: Markers
  readonly clock: Clock
  /** How old what is known of a marker may be. */
  readonly maxAge: Milliseconds
}): TagStore {
  const { store, guard, clock, maxAge } = options

  const outdated = (marker: Marker): boolean => maxAge <= 0 || clock.now() - marker.readAt > maxAge

  /** @param current whether it was not invalidated here since the question was sent: the answer may be from before */
  const learn = (marker: Marker, told: MarkerState | undefined, sent: Milliseconds, current = true): void => {
    if (sent < marker.readAt) return // overtaken by a later answer
    marker.state = newer(marker.state, told)
    // Any process may make a missing one at any time: that it is missing is not worth remembering.
    marker.readAt = current && told !== undefined ? sent : Number.NEGATIVE_INFINITY
  }

  const ask = async (
    operation: 'read' | 'write',
    wanted: readonly Marker[],
    work: (names: readonly MarkerName[]) => Promise<readonly (MarkerState | undefined)[]>,
  ): Promise<boolean> => {
    const sent = clock.now()
    const marks = wanted.map((marker) => [marker, marker.deletedSeq, marker.expiredSeq] as const)
    const answer = await guard.call(operation, () => work(wanted.map(({ name }) => name)))
    if (!answer.ok) return false
    marks.forEach(([marker, deletedSeq, expiredSeq], index) => {
      const current = marker.deletedSeq === deletedSeq && marker.expiredSeq === expiredSeq
      learn(marker, answer.value[index], sent, current)
    })
    return true
  }

  const known = (markers: readonly Marker[]): Pick<EnvelopeFields, 'allNonce' | 'tags'> | undefined => {
    const tags: TagNonce[] = []
    let allNonce = ''
    for (const { name, state } of markers) {
      if (state === undefined) return undefined
      if (name === ALL) allNonce = state.nonce
      else tags.push({ tag: name, nonce: state.nonce })
    }
    return { allNonce, tags }
  }

  return {
    outdated,

    async refresh(markers, since = Number.NEGATIVE_INFINITY) {
      const wanted = [...new Set(markers)].filter((marker) => outdated(marker) || marker.readAt <= since)
      return wanted.length === 0 || ask('read', wanted, (names) => store.readMarkers(names))
    },

    knownAt: (markers) => Math.min(...markers.map(({ readAt }) => readAt)),

    voided: (began, markers) =>
      markers.some(
        ({ state, ownDeletedAt, ownExpiredAt }) =>
          state === undefined ||
          began <= Math.max(state.deletedAt, state.expiredAt, ownDeletedAt, ownExpiredAt),
      ),

    judge(began, { allNonce, tags }, markers) {
      let expired = false
      for (const [index, marker] of markers.entries()) {
        const nonce = index === 0 ? allNonce : tags[index - 1]?.nonce
        const { state } = marker
        if (state === undefined || state.nonce !== nonce) return 'dead'
        if (began <= Math.max(state.deletedAt, marker.ownDeletedAt)) return 'dead'
        if (began <= Math.max(state.expiredAt, marker.ownExpiredAt)) expired = true
      }
      return expired ? 'expired' : 'alive'
    },

    async nonces(markers, began, life) {
      const now = clock.now()
      const unsure = markers.filter(({ state, keptUntil }) => state === undefined || keptUntil < now + life)
      if (unsure.length > 0) {
        const kept = life + SLACK
        const made = await ask('write', unsure, (names) => store.ensureMarkers(names, kept))
        if (!made) return { kind: 'failed' }
        for (const marker of unsure) marker.keptUntil = Math.max(marker.keptUntil, now + kept)
      }
      const late = ({ state, ownDeletedAt }: Marker): boolean =>
        began !== undefined && state !== undefined && began <= Math.max(state.deletedAt, ownDeletedAt)
      if (markers.some(late)) return { kind: 'void' }
      const nonces = known(markers)
      return nonces === undefined ? { kind: 'failed' } : { kind: 'ok', ...nonces }
    },

    known,

    async stamp(markers, mode, life) {
      for (const marker of markers) options.markers.stamp(marker, mode)
      const sent = clock.now()
      const kept = life + SLACK
      const answer = await guard.call('write', () =>
        store.stampMarkers(
          markers.map(({ name }) => name),
          mode,
          kept,
        ),
      )
      for (const marker of markers) options.markers.stamp(marker, mode)
      if (answer.ok) {
        markers.forEach((marker, index) => {
          learn(marker, answer.value[index], sent)
          marker.keptUntil = Math.max(marker.keptUntil, sent + kept)
        })
        return true
      }
      const now = store.serverNow() ?? clock.wall()
      for (const marker of markers) {
        if (mode === 'delete') marker.ownDeletedAt = now
        else marker.ownExpiredAt = now
      }
      return false
    },
  }
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
