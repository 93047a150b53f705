import type { Milliseconds } from '../units.ts'

/** Buckets of one width, kept for a span: the oldest one begins `span` before the current one. */
export interface Tier {
  readonly width: Milliseconds
  readonly span: Milliseconds
}

/** Widths divide one another, so that a bucket of one tier is made of whole buckets of the one before. */
export const TIERS: readonly Tier[] = Object.freeze([
  { width: 10_000, span: 15 * 60_000 },
  { width: 60_000, span: 2 * 3_600_000 },
  { width: 15 * 60_000, span: 24 * 3_600_000 },
])

/** The tiers needed to look back over `retention`, the last one cut to it. */
export function tiersFor(retention: Milliseconds, tiers: readonly Tier[]): readonly Tier[] {
  const enough = tiers.findIndex(({ span }) => span >= retention)
  const last = enough === -1 ? tiers.length - 1 : enough
  return tiers.slice(0, last + 1).map((tier, place) => {
    if (place < last) return tier
    return { width: tier.width, span: Math.min(tier.span, Math.ceil(retention / tier.width) * tier.width) }
  })
}

/** The latest multiple of `width` that is not after `time`. */
export function floorTo(time: Milliseconds, width: Milliseconds): Milliseconds {
  return Math.floor(time / width) * width
}

/** A tier, and where in it something begins. */
export interface Reach {
  readonly place: number
  readonly begin: Milliseconds
}

/** The finest tier that covers a window ending in the bucket at `slot`, and the border where that window begins. */
export function reach(tiers: readonly Tier[], window: Milliseconds, slot: Milliseconds): Reach {
  const enough = tiers.findIndex(({ span }) => span >= window)
  const place = enough === -1 ? tiers.length - 1 : enough
  const { width, span } = tierAt(tiers, place)
  const begin = floorTo(slot, width) - Math.ceil(Math.min(window, span) / width) * width
  return { place, begin }
}

/**
 * Steps over a window ending in the bucket at `slot`: their width is `step` rounded up to the finest tier that still
 * holds the first of them, and they begin at its multiples. Steps that are no longer held in full are left out.
 */
export function stepping(
  tiers: readonly Tier[],
  window: Milliseconds,
  step: Milliseconds,
  slot: Milliseconds,
): Reach & { readonly width: Milliseconds } {
  for (const [place, tier] of tiers.entries()) {
    const width = Math.max(1, Math.ceil(step / tier.width)) * tier.width
    const begin = floorTo(slot, width) - Math.max(1, Math.floor(window / width)) * width
    const oldest = floorTo(slot, tier.width) - tier.span
    if (begin >= oldest) return { place, begin, width }
    if (place === tiers.length - 1) return { place, begin: Math.ceil(oldest / width) * width, width }
  }
  throw new RangeError('no tiers')
}

export function tierAt(tiers: readonly Tier[], place: number): Tier {
  const tier = tiers[place]
  if (tier === undefined) throw new RangeError(`no tier ${place}`)
  return tier
}
