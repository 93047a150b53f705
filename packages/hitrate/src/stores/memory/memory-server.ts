import { createHash } from 'node:crypto'
import type { Milliseconds } from '../../units.ts'
import type { Member } from '../board.ts'
import type {
  Change,
  MarkerName,
  MarkerState,
  ServerTime,
  StoreContext,
  StoredClaim,
  StoredEntry,
} from '../store.ts'

interface Lasting<T> {
  readonly value: T
  readonly until: ServerTime
}

/** What a server tells one by one. */
type Told = Exclude<Change, { readonly kind: 'everything' }>

/** What several memory stores share, as processes share one server: what it holds, and who has read what of it. */
export class MemoryServer {
  readonly slots: Map<string, Lasting<StoredEntry | StoredClaim>> = new Map()
  readonly markers: Map<MarkerName, Lasting<MarkerState>> = new Map()
  readonly notes: Map<string, Lasting<Buffer>> = new Map()
  readonly members: Map<string, Member> = new Map()
  /** The list of members goes as a whole. */
  membersUntil: ServerTime = 0
  readonly leases: Map<string, Lasting<string>> = new Map()
  /** The instant of the last invalidation of any tag. */
  instant: MarkerState | undefined
  /** The stores that are open, and what each has read since it was last told of it. */
  readonly #readers = new Map<StoreContext, Set<string>>()
  #lastStamp: ServerTime = 0
  #nonces = 0

  /**
   * The server's time: it only grows, also within one instant of a clock that stands still. That it is a millisecond
   * behind makes room for a thousand stamps of that instant, none later than it: so lives end when tests expect it.
   */
  stamp(wall: Milliseconds): ServerTime {
    this.#lastStamp = Math.max(wall - 1, this.#lastStamp + 0.001)
    return this.#lastStamp
  }

  /** 8 bytes as latin1, other ones each time. */
  nonce(): string {
    const digest = createHash('sha1')
      .update(`nonce ${this.#nonces++}`)
      .digest()
    return digest.toString('latin1', 0, 8)
  }

  /** What is under the key. What has had its time goes when it is touched, not before. */
  at(key: string, now: ServerTime): StoredEntry | StoredClaim | undefined {
    const slot = this.slots.get(key)
    if (slot === undefined || slot.until > now) return slot?.value
    this.evict(key)
    return undefined
  }

  put(by: StoreContext, key: string, value: StoredEntry | StoredClaim, until: ServerTime): void {
    this.slots.set(key, { value, until })
    this.#tell({ kind: 'entry', key }, by)
  }

  remove(by: StoreContext, key: string): void {
    if (this.slots.delete(key)) this.#tell({ kind: 'entry', key }, by)
  }

  marker(name: MarkerName, now: ServerTime): MarkerState | undefined {
    const kept = this.markers.get(name)
    if (kept === undefined || kept.until > now) return kept?.value
    this.evictMarker(name)
    return undefined
  }

  putMarker(by: StoreContext, name: MarkerName, value: MarkerState, until: ServerTime): void {
    const kept = this.markers.get(name)
    if (kept?.value === value && kept.until === until) return
    this.markers.set(name, { value, until })
    this.#tell({ kind: 'marker', name }, by)
  }

  /** Takes away what is under the key, as eviction does. */
  evict(key: string): void {
    if (this.slots.delete(key)) this.#tell({ kind: 'entry', key })
  }

  evictMarker(name: MarkerName): void {
    if (this.markers.delete(name)) this.#tell({ kind: 'marker', name })
  }

  /** Takes everything away, as `FLUSHALL` does. */
  flush(): void {
    this.slots.clear()
    this.markers.clear()
    this.notes.clear()
    this.members.clear()
    this.leases.clear()
    this.instant = undefined
    for (const [reader, seen] of this.#readers) {
      seen.clear()
      reader.onChange({ kind: 'everything' })
    }
  }

  /** From now on the reader is told what others change of what it has read. */
  join(reader: StoreContext): void {
    this.#readers.set(reader, new Set())
  }

  leave(reader: StoreContext): void {
    this.#readers.delete(reader)
  }

  saw(reader: StoreContext, what: Told): void {
    this.#readers.get(reader)?.add(idOf(what))
  }

  /** Who has read it is told once, and has to read it again to be told again; who changed it is not told. */
  #tell(change: Told, by?: StoreContext): void {
    const id = idOf(change)
    for (const [reader, seen] of this.#readers) {
      if (seen.delete(id) && reader !== by) reader.onChange(change)
    }
  }
}

function idOf(what: Told): string {
  return what.kind === 'entry' ? `e:${what.key}` : `m:${what.name}`
}
