/** What a cache promises to one caller who waits for everything: no tiers, no bounds, no concurrency. */
import { compileGlob } from '../../src/glob.ts'

/** What a loader does; `unkept`: it answers, and the value is not to be kept. */
export interface Loaded {
  readonly kind: 'value' | 'unkept' | 'nothing' | 'throws'
  /** `undefined` for the last two. */
  readonly value: unknown
}

export interface Keep {
  readonly ttl: number
  readonly staleFor: number
  readonly tags: readonly string[]
}

export interface Expected {
  readonly outcome: 'hit' | 'stale' | 'miss' | 'error' | 'bypass'
  readonly value: unknown
}

interface Kept extends Keep {
  readonly value: unknown
  readonly began: number
  expired: boolean
  retryAt: number
}

export class CacheModel {
  readonly #kept = new Map<string, Kept>()
  readonly #retryAfter: number
  now = 0

  constructor(retryAfter: number) {
    this.#retryAfter = retryAfter
  }

  get(key: string): Expected {
    const [kept, standing] = this.#look(key)
    return kept === undefined
      ? { outcome: 'miss', value: undefined }
      : { outcome: standing, value: kept.value }
  }

  getOrSet(key: string, loaded: Loaded, keep: Keep, mode: 'use' | 'refresh' | 'bypass'): Expected {
    const [kept, standing] = this.#look(key)
    if (mode === 'bypass') return { ...answerOf(loaded), outcome: 'bypass' }
    const turn = standing === 'stale' && this.now >= kept.retryAt
    if (mode === 'refresh' || kept === undefined || turn) {
      if (kept !== undefined) kept.retryAt = loaded.kind === 'throws' ? this.now + this.#retryAfter : 0
      this.#load(key, loaded, keep)
    }
    if (mode === 'refresh' || kept === undefined) return answerOf(loaded)
    return { outcome: standing, value: kept.value }
  }

  set(key: string, value: unknown, keep: Keep): void {
    this.#kept.set(key, { ...keep, value, began: this.now, expired: false, retryAt: 0 })
  }

  invalidate(covers: (key: string, tags: readonly string[]) => boolean, mode: 'delete' | 'expire'): void {
    for (const [key, kept] of this.#kept) {
      if (!covers(key, kept.tags)) continue
      if (mode === 'delete') this.#kept.delete(key)
      else kept.expired = true
    }
  }

  /** An expire that names keys, not tags, is also a wish to have them loaded anew. */
  retry(glob: string): void {
    const matches = compileGlob(glob)
    for (const [key, kept] of this.#kept) if (matches(key)) kept.retryAt = 0
  }

  #load(key: string, loaded: Loaded, keep: Keep): void {
    if (loaded.kind === 'value') this.set(key, loaded.value, keep)
    else if (loaded.kind === 'nothing') this.#kept.delete(key)
  }

  #look(key: string): [Kept, 'hit' | 'stale'] | [undefined, 'miss'] {
    const kept = this.#kept.get(key)
    if (kept === undefined) return [undefined, 'miss']
    const age = this.now - kept.began
    if (age < kept.ttl && !kept.expired) return [kept, 'hit']
    return kept.staleFor > 0 && age < kept.ttl + kept.staleFor ? [kept, 'stale'] : [undefined, 'miss']
  }
}

function answerOf(loaded: Loaded): Expected {
  return { outcome: loaded.kind === 'throws' ? 'error' : 'miss', value: loaded.value }
}
