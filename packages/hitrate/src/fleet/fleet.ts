import { createHash, randomBytes } from 'node:crypto'
import type { Clock, Timer } from '../clock.ts'
import { CacheError, describe } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { ParcelledMetrics } from '../metrics/create.ts'
import { RELATIVE_ERROR, SCALE_ERRORS } from '../metrics/histogram.ts'
import { floorTo } from '../metrics/tiers.ts'
import type { Membership } from '../stores/board.ts'
import { DURATION_FORMS, type Duration, type Milliseconds, parseDuration } from '../units.ts'
import { VERSION } from '../version.ts'
import { readCard, writeCard } from './card.ts'
import { createChronicle } from './chronicle.ts'
import { createDesk, type Owners } from './desk.ts'
import { instancesOf } from './instances.ts'
import { createTeller } from './teller.ts'
import { FORGET_AFTER, FORMAT, KEEP_AFTER, KEEPER_LEASE, SPREAD, SPREAD_FROM, TICK } from './times.ts'
import type { Fleet, FleetView } from './types.ts'

const KEEPER = `keeper${FORMAT}`
const RESET = 'reset'
/** Longer than any sum is kept. */
const RESET_LIFE: Milliseconds = 26 * 3_600_000
/** Of a reader nobody asks any more. */
const IDLE: Milliseconds = 10 * 60_000
/** Several questions of one page are answered from one look. */
const FRESH: Milliseconds = 1_000
const MINUTE: Milliseconds = 60_000
const MAX_SHARED = 64 * 1_024

/** What it tells of. */
export type Measured = ParcelledMetrics

/** The fleet as its cache has it. */
export interface OwnFleet extends Fleet {
  /** Tells the last of what was counted, and that this process ends. */
  close(): Promise<void>
}

/** Takes part in the fleet: tells, every 10 s, and reads when asked. */
export function createFleet(options: {
  readonly cache: string
  /** Shown to people; empty: none. */
  readonly name: string
  readonly owners: Owners
  readonly metrics: Measured
  readonly clock: Clock
  readonly logger: Logger | undefined
}): OwnFleet {
  const { metrics, clock, logger, cache } = options
  const { parcels, recorder } = metrics
  const id = newId()
  const startedAt = parcels.time()
  const desk = createDesk(options.owners, () => parcels.time())
  const teller = createTeller({
    id,
    parcels,
    desk,
    onLost(buckets) {
      for (let lost = 0; lost < buckets; lost++) recorder.incident('fleet_untold')
    },
  })
  const chronicle = createChronicle({
    parcels,
    desk,
    clock,
    onUnreadable(notes) {
      for (let unread = 0; unread < notes; unread++) recorder.incident('fleet_unreadable')
    },
  })
  /** Leases that are renewed at each tick. */
  const held = new Set<string>()
  let epoch: Milliseconds = 0
  let refused = false
  let closed = false
  let askedAt: Milliseconds = Number.NEGATIVE_INFINITY
  let timer: Timer | undefined
  let keepTimer: Timer | undefined

  /** Keeper and readers share the book: one after the other. */
  let queue: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = queue.then(work)
    queue = done.catch(() => undefined)
    return done
  }

  /** Nobody waits for it: what fails is counted, and must not end the process. */
  const unwatched = (work: Promise<unknown>): void => {
    work.catch(() => recorder.incident('background_error'))
  }

  /** An L2 that can't be asked at all is told by others. */
  const sayWhether = (isRefused: boolean): void => {
    if (isRefused === refused) return
    refused = isRefused
    if (refused) logger?.warn({ cache }, 'L2 answers, but does not take what this process tells the fleet')
    else logger?.info({ cache }, 'L2 takes again what this process tells the fleet')
  }

  /** @returns whether L2 answered */
  const hearReset = async (): Promise<boolean> => {
    const notes = await desk.read([RESET])
    if (notes === undefined) return false
    const [note] = notes
    const at = note === undefined ? 0 : Number(note.toString('latin1', 0, 20))
    if (!Number.isSafeInteger(at) || at <= epoch || at > desk.now() + MINUTE) return true
    startAnew(at)
    return true
  }
  const startAnew = (at: Milliseconds): void => {
    epoch = at
    metrics.reset()
    teller.forget()
  }

  const card = (ended: boolean): Buffer => {
    const { totalRequests, hitRate, since } = metrics.overall({ window: MINUTE })
    const seconds = Math.max(TICK, parcels.time() - since) / 1_000
    return writeCard({
      ended,
      scale: teller.scale,
      startedAt: desk.now() - (parcels.time() - startedAt),
      requestsPerSecond: totalRequests / seconds,
      hitRate,
      version: VERSION,
      name: options.name,
    })
  }
  /** @returns whether L2 took it */
  const tell = async (ended: boolean): Promise<boolean> => {
    if (!(await hearReset())) return false
    const told = (await teller.tell(epoch)) && (await desk.enrol(id, card(ended), FORGET_AFTER)) === true
    sayWhether(!told)
    return told
  }

  const spread = SPREAD_FROM + Math.floor(SPREAD * clock.random())
  const schedule = (): void => {
    if (closed) return
    const time = parcels.time()
    timer = clock.timer(floorTo(time - spread, TICK) + TICK + spread - time, () => unwatched(tick()))
  }
  const tick = async (): Promise<void> => {
    schedule()
    const told = await tell(false)
    if (closed || !told) return
    await Promise.all([...held].map((lease) => desk.lease(lease, id, KEEPER_LEASE)))
    keepTimer?.cancel()
    if (!closed) keepTimer = clock.timer(KEEP_AFTER, () => unwatched(inTurn(keep)))
  }
  const keep = async (): Promise<void> => {
    if (closed) return
    if ((await desk.lease(KEEPER, id, KEEPER_LEASE)) === id) {
      const membership = await desk.members(FORGET_AFTER)
      if (membership !== undefined && (await chronicle.refresh(epoch)))
        await chronicle.keep(epoch, membership)
    } else if (clock.now() - askedAt > IDLE) chronicle.drop()
  }

  interface Look {
    readonly at: Milliseconds
    readonly membership: Promise<Membership | undefined>
  }
  let look: Look | undefined
  /** Who is there, with the book up to date; `undefined`: L2 can't be asked. */
  const lookAround = (): Promise<Membership | undefined> => {
    const now = clock.now()
    askedAt = now
    if (look !== undefined && now - look.at < FRESH) return look.membership
    const membership = inTurn(async () => {
      if (closed || !(await hearReset()) || !(await chronicle.refresh(epoch))) return undefined
      return desk.members(FORGET_AFTER)
    })
    look = { at: now, membership }
    return membership
  }

  const ask = async (name: string, life: Milliseconds): Promise<string> => {
    const holder = await desk.lease(name, id, life)
    if (holder !== undefined) return holder
    throw new CacheError('l2_unavailable', 'L2 can not be asked, and the fleet is only known through it')
  }
  if (desk.exists) schedule()

  return {
    id,
    name: options.name === '' ? null : options.name,

    async instances() {
      if (!desk.exists) return { instances: [], absence: 'unsupported' }
      const membership = await desk.members(FORGET_AFTER)
      if (membership === undefined) return { instances: [], absence: 'l2_unavailable' }
      return { instances: instancesOf(membership), absence: undefined }
    },

    async view({ window = metrics.retention } = {}): Promise<FleetView> {
      const alone = {
        scope: 'process',
        figures: metrics,
        asOf: null,
        gapMs: 0,
        percentileError: RELATIVE_ERROR,
      } as const
      if (!desk.exists) return { ...alone, instances: [], absence: 'unsupported' }
      const membership = await lookAround()
      if (membership === undefined) return { ...alone, instances: [], absence: 'l2_unavailable' }
      const instances = instancesOf(membership)
      const { book } = chronicle
      if (book === undefined) return { ...alone, instances, absence: 'starting' }
      const scales = membership.members.map((member) => readCard(member.card)?.scale ?? 0)
      return {
        scope: 'fleet',
        figures: book.figures,
        asOf: book.through,
        gapMs: chronicle.gap(durationOf('window', window)),
        percentileError: SCALE_ERRORS[Math.max(0, ...scales)] ?? RELATIVE_ERROR,
        instances,
        absence: undefined,
      }
    },

    async reset() {
      const at = Math.max(epoch + 1, Math.floor(desk.now()))
      const body = Buffer.from(String(at))
      const told = await desk.post({ name: RESET, body, life: RESET_LIFE, onlyAbsent: false })
      look = undefined
      if (told === true) startAnew(at)
      else metrics.reset()
      return told === true
    },

    lease: async (lease, ttl) => (await ask(leaseName(lease), durationOf('ttl', ttl))) === id,

    async exclusively(name, work) {
      const lease = leaseName(`work ${name}`)
      const holder = await ask(lease, KEEPER_LEASE)
      if (holder !== id || held.has(lease)) return { holder: 'other', id: holder }
      held.add(lease)
      try {
        return { holder: 'this', value: await work() }
      } finally {
        held.delete(lease)
        await desk.lease(lease, id, 0)
      }
    },

    async share(name, text, ttl) {
      const note = { name: `x:${hashOf(name)}`, body: Buffer.from(text), onlyAbsent: false }
      return (await desk.post({ ...note, life: durationOf('ttl', ttl) })) === true
    },
    async shared(name) {
      const [note] = (await desk.read([`x:${hashOf(name)}`])) ?? []
      return note === undefined || note.length > MAX_SHARED ? undefined : note.toString()
    },

    async close() {
      if (closed) return
      closed = true
      timer?.cancel()
      keepTimer?.cancel()
      if (!desk.exists) return
      parcels.finish()
      if (await tell(true)) await Promise.all([KEEPER, ...held].map((lease) => desk.lease(lease, id, 0)))
      chronicle.drop()
    },
  }
}

/** 40 bits: among 1 000 processes two share an id once in two million fleets. */
function newId(): string {
  return Array.from(randomBytes(8), (byte) => DIGITS[byte % DIGITS.length]).join('')
}
const DIGITS = '0123456789abcdefghijklmnopqrstuv'

/** Names are anybody's: none is too long for a key, or means something in it. */
function hashOf(name: string): string {
  return createHash('sha1').update(name).digest('hex').slice(0, 20)
}

function leaseName(name: string): string {
  return `l:${hashOf(name)}`
}

function durationOf(name: string, given: Duration): Milliseconds {
  const duration = parseDuration(given)
  if (duration !== undefined && duration > 0) return duration
  throw new CacheError(
    'invalid_argument',
    `${name} is ${describe(given)}; accepted: more than 0, ${DURATION_FORMS}`,
  )
}
