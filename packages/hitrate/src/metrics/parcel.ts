/**
 * One bucket of time of a whole ledger as bytes that name their series: what one process tells another. Counters add up
 * exactly, as in closed buckets.
 *
 * One byte, the scale of the histograms (see `Histogram.coarser`), then five lists, each a varint of how many and those:
 * - the whole cache: a tally
 * - patterns: label, template of the keyspace (empty: none), ttl + 1 (0: unknown), tally
 * - endpoints: label, tally
 * - tiers: one byte, tier x operation; tally
 * - pairs of endpoint and pattern, counted by the minute: for each of both its place in the list above + 1, or 0 and its
 *   label; tally
 *
 * Text is its length in UTF-8 and its bytes. One label may come twice.
 */
import type { Milliseconds } from '../units.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { MAX_SCALE } from './histogram.ts'
import { CELL_SHAPE, OVERALL_SHAPE, SERIES_SHAPE, TIER_SHAPE } from './layout.ts'
import { type Ledger, UNMATCHED } from './ledger.ts'
import { TIER_OPERATIONS, TIERS } from './recorder.ts'
import type { Rollup, Series } from './rollup.ts'
import { forEachRecord } from './segment.ts'
import type { Handle, SeriesTable } from './series-table.ts'
import { hitsAndMisses } from './stats.ts'
import { type Shape, Tally } from './tally.ts'
import { floorTo, tierAt, TIERS as WINDOW_TIERS } from './tiers.ts'

/** Longer labels are not ours: a series' label is cut before. */
const MAX_TEXT = 4_096
const TIER_COUNT = TIERS.length * TIER_OPERATIONS.length

/** Writing never yields, so one is enough. */
const out = new ByteWriter()

/** What a series counted in the bucket. */
interface Counted {
  readonly series: Series
  readonly tally: Tally
}

/**
 * The closed buckets of tier `place` that began then, added up. Of the finest tier, which pairs don't have, each bucket tells a
 * share of the minute before: all at once would make every sixth parcel a large one.
 * @param scale makes histograms coarser, and the parcel smaller: 0 to {@link MAX_SCALE}
 * @returns empty lists where nothing was counted
 */
export function pack(
  ledger: Ledger,
  place: number,
  starts: readonly Milliseconds[],
  scale: number,
): Uint8Array {
  const patterns = new Labels(ledger.patterns)
  const endpoints = new Labels(ledger.endpoints)

  out.byte(scale)
  writeList(countedIn(ledger.overallRollup, OVERALL_SHAPE, place, starts), scale, () => undefined)
  writeList(countedIn(ledger.patternRollup, SERIES_SHAPE, place, starts), scale, (series) => {
    const { label, keyspace, ttl } = patterns.told(series)
    out.text(label)
    out.text(keyspace ?? '')
    out.varint(ttl === null ? 0 : Math.round(ttl) + 1)
  })
  writeList(countedIn(ledger.endpointRollup, SERIES_SHAPE, place, starts), scale, (series) => {
    const known = series === ledger.pending ? ledger.endpoints.handle(UNMATCHED).series : series
    out.text(endpoints.told(known).label)
  })
  const tiers = TIERS.flatMap((tier) => TIER_OPERATIONS.map((operation) => ledger.tiers[tier][operation]))
  writeList(countedIn(ledger.tierRollup, TIER_SHAPE, place, starts), scale, (series) =>
    out.byte(tiers.indexOf(series)),
  )

  const pairs = new Map<Series, readonly [endpoint: Series, pattern: Series]>()
  for (const { series: endpoint } of ledger.endpoints.handles()) {
    for (const [pattern, cell] of ledger.cells.row(endpoint)) pairs.set(cell, [endpoint, pattern])
  }
  const cells = pairsIn(ledger, place, starts).filter(({ series }) => pairs.has(series))
  writeList(cells, scale, (series) => {
    const [endpoint, pattern] = pairs.get(series) ?? []
    if (endpoint !== undefined) endpoints.refer(endpoint)
    if (pattern !== undefined) patterns.refer(pattern)
  })
  return out.take()
}

/** The labels of a table's series, and at which place of its list each was told. */
class Labels {
  readonly #table: SeriesTable
  readonly #handles: ReadonlyMap<Series, Handle>
  readonly #places = new Map<Series, number>()
  #told = 0

  constructor(table: SeriesTable) {
    this.#table = table
    this.#handles = new Map([...table.handles()].map((handle) => [handle.series, handle]))
  }

  told(series: Series): Handle {
    this.#places.set(series, this.#told++)
    return this.#of(series)
  }

  refer(series: Series): void {
    const place = this.#places.get(series)
    out.varint(place === undefined ? 0 : place + 1)
    if (place === undefined) out.text(this.#of(series).label)
  }

  #of(series: Series): Handle {
    return this.#handles.get(series) ?? this.#table.other
  }
}

function writeList(all: readonly Counted[], scale: number, name: (series: Series) => void): void {
  out.varint(all.length)
  for (const { series, tally } of all) {
    name(series)
    tally.encode(out, scale)
  }
}

function countedIn(
  rollup: Rollup,
  shape: Shape,
  place: number,
  starts: readonly Milliseconds[],
  told: (index: number) => boolean = () => true,
): readonly Counted[] {
  const counted = new Map<Series, Tally>()
  for (const start of starts) {
    const segment = rollup.closedAt(place, start)
    if (segment === undefined) continue
    let index = 0
    forEachRecord(segment, (id, reader) => {
      const series = rollup.seriesOf(id)
      if (!told(index++) || series === undefined) return
      const tally = counted.get(series) ?? new Tally(shape)
      tally.mergeEncoded(reader, 1)
      counted.set(series, tally)
    })
  }
  return [...counted].map(([series, tally]) => ({ series, tally }))
}

function pairsIn({ cellRollup }: Ledger, place: number, starts: readonly Milliseconds[]): readonly Counted[] {
  if (place > 0) return countedIn(cellRollup, CELL_SHAPE, place - 1, starts)
  const { width } = tierAt(WINDOW_TIERS, 0)
  const minute = tierAt(WINDOW_TIERS, 1).width
  return starts.flatMap((start) => {
    const began = floorTo(start, minute)
    const share = (start - began) / width
    return countedIn(
      cellRollup,
      CELL_SHAPE,
      0,
      [began - minute],
      (index) => index % (minute / width) === share,
    )
  })
}

/**
 * Adds a parcel to the open buckets of a ledger.
 * @returns false, and nothing is added, when the bytes are none: they come from outside
 */
export function unpack(ledger: Ledger, bytes: Uint8Array): boolean {
  if (!isParcel(bytes)) return false
  const reader = new ByteReader(bytes)
  const scale = reader.byte()
  const each = (take: () => void): void => {
    for (let left = reader.varint(); left > 0; left--) take()
  }
  const patterns: Handle[] = []
  const endpoints: Handle[] = []
  /** A handle by its place or its label; those that share a series are one by now. */
  const referred = (told: readonly Handle[], table: SeriesTable): Handle => {
    const place = reader.varint()
    return (place === 0 ? table.handle(reader.text()) : (told[place - 1] ?? table.other)).current
  }

  each(() => ledger.overall.open.mergeEncoded(reader, 1, scale))
  each(() => {
    const handle = ledger.patterns.handle(reader.text()).current
    const keyspace = reader.text()
    const ttl = reader.varint()
    if (keyspace !== '') handle.keyspace ??= keyspace
    if (ttl > 0) handle.ttl = ttl - 1
    patterns.push(handle)
    takeUse(handle, reader, scale)
  })
  each(() => {
    const handle = ledger.endpoints.handle(reader.text()).current
    endpoints.push(handle)
    takeUse(handle, reader, scale)
  })
  each(() => {
    const index = reader.byte()
    const tier = TIERS[Math.floor(index / TIER_OPERATIONS.length)]
    const operation = TIER_OPERATIONS[index % TIER_OPERATIONS.length]
    if (tier === undefined || operation === undefined) return
    ledger.tiers[tier][operation].open.mergeEncoded(reader, 1, scale)
  })
  each(() => {
    const endpoint = referred(endpoints, ledger.endpoints)
    const pattern = referred(patterns, ledger.patterns)
    const isOther = pattern.series === ledger.patterns.other.series
    const cell = isOther ? undefined : ledger.cells.at(endpoint.series, pattern.series)
    if (cell === undefined) Tally.skip(reader, CELL_SHAPE)
    else cell.mergeEncoded(reader, 1)
  })
  return true
}

/** Its lookups count as uses: who is used least shares `__other__`. */
function takeUse(handle: Handle, reader: ByteReader, scale: number): void {
  const { open } = handle.series
  const before = hitsAndMisses(open).total
  open.mergeEncoded(reader, 1, scale)
  handle.uses += hitsAndMisses(open).total - before
}

/** Looks at every byte before any of it is counted. */
function isParcel(bytes: Uint8Array): boolean {
  const reader = new ByteReader(bytes)
  const each = (shape: Shape, skipName: () => boolean): boolean => {
    const count = reader.varint()
    // A record has a byte at least: so a number that was made up ends here.
    if (count > reader.left) return false
    for (let left = count; left > 0; left--) {
      if (!skipName() || !Tally.skip(reader, shape)) return false
    }
    return true
  }
  const skipText = (): boolean => {
    const length = reader.varint()
    if (length > Math.min(MAX_TEXT, reader.left)) return false
    reader.position += length
    return true
  }
  const skipReference = (): boolean => reader.varint() !== 0 || skipText()
  return (
    reader.byte() <= MAX_SCALE &&
    each(OVERALL_SHAPE, () => true) &&
    each(SERIES_SHAPE, () => skipText() && skipText() && Number.isSafeInteger(reader.varint())) &&
    each(SERIES_SHAPE, skipText) &&
    each(TIER_SHAPE, () => reader.byte() < TIER_COUNT) &&
    each(CELL_SHAPE, () => skipReference() && skipReference()) &&
    reader.position === bytes.length
  )
}
