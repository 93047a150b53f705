import type { Clock, Timer } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import type { Milliseconds } from '../../units.ts'
import { type L2Mode, type L2Node, type Link, NO_LINK } from '../store.ts'
import type { StandaloneClient } from './client.ts'
import type { Connection } from './connection.ts'
import { type Heartbeat, startHeartbeat } from './heartbeat.ts'
import { readIdentity, type ServerIdentity } from './info.ts'
import { type OwnLink, openLink } from './link.ts'
import { type ClockOffset, createServerClock } from './server-clock.ts'
import { tellClockSkew } from './skew.ts'
import { refusesTracking, type Tracking } from './tracking.ts'
import { createTroubles } from './troubles.ts'

/** After a new link could not be readied. */
const PREPARE_AGAIN: Milliseconds = 250
/** How long a server may take from accepting the connection to having answered the handshake. */
const HANDSHAKE: Milliseconds = 3_000
/** Between two clients: one that fails as soon as it is used must not be replaced in a loop. */
const OPEN_AGAIN: Milliseconds = 250
/** The longest beat: a server that falls silent is noticed within four, however much staleness is allowed. */
const MAX_BEAT: Milliseconds = 1_000

interface WatchedLink extends OwnLink {
  readonly heartbeat: Heartbeat
}

/** A {@link Connection} that can be told where to go. */
export interface ServerConnection extends Connection {
  /** How the server's clock stands to ours; `undefined` before it was first asked. */
  readonly clockOffset: ClockOffset | undefined
  /** Gives up what there is, a link or an attempt, and asks for another client. */
  moveOn(): void
  /** It can't be told for now where to go: who waits for the first attempt waits no longer. */
  nowhere(): void
}

/**
 * One connection to one server, made again for ever. node-redis reconnects a line that breaks; one that has gone silent
 * is given up together with its client, because a client that is destroyed while it connects goes on connecting.
 */
export function serverConnection(options: {
  readonly mode: L2Mode
  /** Makes a client, not yet connected; `undefined`: it is not known where to, `moveOn` will tell. */
  makeClient(): StandaloneClient | undefined
  readonly tracking: Tracking | undefined
  readonly staleBound: Milliseconds
  readonly clock: Clock
  readonly logger: Logger | undefined
  /**
   * Runs on each new link, which it is given as a connection of its own, before that counts as available.
   * @param serverChanged the server is another one than behind the link before, was started anew, or doesn't tell
   */
  prepare(link: Connection, serverChanged: boolean): Promise<unknown>
  onAvailability(available: boolean): void
  onClose?(): void
}): ServerConnection {
  const { clock, logger, tracking, mode } = options
  const serverClock = createServerClock(clock)
  let client: StandaloneClient | undefined
  let opened: Milliseconds = Number.NEGATIVE_INFINITY
  /** Bounds the handshake; between two clients the pause. */
  let timer: Timer | undefined
  /** From the end of the handshake until it is lost. */
  let current: WatchedLink | undefined
  let available = false
  /** The one that is available, or was last. */
  let link: Link = NO_LINK
  let server: ServerIdentity | undefined
  let address = ''
  let closed = false
  const first = Promise.withResolvers<void>()
  const attempt = Promise.withResolvers<void>()
  let firstAttempt: Promise<void> | undefined = attempt.promise
  const attempted = (): void => {
    firstAttempt = undefined
    attempt.resolve()
  }

  const labelOf = (found: ServerIdentity | undefined): string =>
    `${found?.label ?? 'redis'} ${mode}${mode === 'cluster' ? ` ${address}` : ''}`
  const label = (): string => labelOf(server)

  const troubles = createTroubles(logger, label)

  const setAvailable = (now: boolean): void => {
    if (available === now) return
    available = now
    if (now) {
      troubles.over()
      logger?.info({ l2: label() }, 'L2 found')
      first.resolve()
      attempted()
    } else if (!closed) logger?.warn({ l2: label() }, 'L2 lost')
    options.onAvailability(now)
  }

  const loseLink = (): void => {
    timer?.cancel()
    current?.lose()
    current?.heartbeat.stop()
    current = undefined
    setAvailable(false)
  }

  /** What is pending rejects. */
  const dropClient = (): void => {
    const dropped = client
    client = undefined
    loseLink()
    dropped?.destroy()
  }

  const replaceClient = (): void => {
    dropClient()
    const pause = opened + OPEN_AGAIN - clock.now()
    if (pause > 0) timer = clock.timer(pause, openClient)
    else openClient()
  }

  const openClient = (): void => {
    if (closed) return
    const mine = options.makeClient()
    if (mine === undefined) return
    opened = clock.now()
    client = mine
    address = addressOf(mine)
    const whileUsed =
      (handle: (error: unknown) => void) =>
      (error: unknown): void => {
        if (client === mine) handle(error)
      }
    // A client whose listeners are all gone throws its errors at the process: this one stays.
    mine.on('error', whileUsed(onError))
    mine.on('connect', () => {
      // Destroyed while it was connecting.
      if (client !== mine) return mine.destroy()
      timer?.cancel()
      timer = clock.timer(HANDSHAKE, () => {
        troubles.tell(new Error('no answer to the handshake'), 'L2 connection failed, trying again')
        attempted()
        replaceClient()
      })
    })
    mine.on(
      'ready',
      whileUsed(() => useLink(mine)),
    )
    mine.on('reconnecting', whileUsed(loseLink))
    mine.on('end', whileUsed(loseLink))
    // Rejects only when destroyed; failed attempts are retried and reported as `error`.
    mine.connect().catch(() => undefined)
  }

  const onError = (error: unknown): void => {
    if (tracking !== undefined && tracking.mode !== 'none' && refusesTracking(error)) {
      tracking.fallBack('none')
      logger?.warn(
        { l2: label() },
        'L1 is not told what others change: the server refuses CLIENT TRACKING; allow it (ACL: +client|tracking) and restart',
      )
      return
    }
    // While it is ready, it failed to read what the server sent: replies may go to the wrong callers from now on.
    if (client?.isReady === true) replaceClient()
    else loseLink()
    attempted()
    troubles.tell(error, 'L2 connection failed, trying again')
  }

  const useLink = (over: StandaloneClient): void => {
    loseLink()
    const made = openLink(over, tracking, clock, (error) => {
      if (client !== over || tracking?.mode !== 'asked' || !refusesTracking(error)) return
      tracking.fallBack('all')
      logger?.warn(
        { l2: label() },
        'Redis remembers all that is read, which takes it longer: the server refuses CLIENT CACHING; allow it (ACL: +client|caching) and restart',
      )
      replaceClient()
    })
    const heartbeat = startHeartbeat({
      clock,
      beat: Math.min(options.staleBound / 2, MAX_BEAT),
      provenAt: () => made.link.provenAt,
      ping: () => made.send(['PING']),
      onSilent() {
        logger?.warn({ l2: label() }, 'L2 does not answer, connecting again')
        replaceClient()
      },
    })
    current = { ...made, heartbeat }
    void prepare(current)
  }

  /** Readies a new link, and tries again while the server refuses: it may be loading its data. */
  const prepare = async (mine: OwnLink): Promise<void> => {
    while (!mine.link.lost) {
      try {
        // Without TIME there are no stamps, so it is required.
        const known = server
        const before = serverClock.offset
        const [found] = await Promise.all([readIdentity(mine.send), serverClock.ask(mine.send)])
        const same = known === undefined || (found.runId !== undefined && found.runId === known.runId)
        await options.prepare(connectionOver(mine, found), !same)
        if (mine.link.lost) return
        if (!same) tellSkew(before)
        server = found
        link = mine.link
        setAvailable(true)
        return
      } catch (error) {
        if (mine.link.lost) return
        attempted()
        troubles.tell(error, 'L2 refuses our commands, trying again')
        await new Promise<void>((resolve) => void clock.timer(PREPARE_AGAIN, resolve))
      }
    }
  }

  /** Stamps of a server that was taken over from are compared with those of the one that took over. */
  const tellSkew = (before: ClockOffset | undefined): void => {
    const { offset } = serverClock
    if (before === undefined || offset === undefined) return
    tellClockSkew(logger, label(), offset.ahead - before.ahead)
  }

  const reopen = (): void => {
    // Without a link another one is being made.
    if (current !== undefined) replaceClient()
  }

  /** Not gated by availability: for who readies the link. */
  const connectionOver = ({ link, send }: OwnLink, found: ServerIdentity): Connection => ({
    mode,
    label: labelOf(found),
    nodes: [],
    get ready() {
      return !link.lost
    },
    connected: async () => undefined,
    firstAttempt: undefined,
    serverNow: () => serverClock.now(send),
    link,
    reopen,
    send,
    close: async () => undefined,
  })

  const send: Connection['send'] = (...command) =>
    current !== undefined && available
      ? current.send(...command)
      : Promise.reject(new Error('L2 is out of reach'))

  openClient()

  return {
    mode,
    get label() {
      return label()
    },
    get nodes(): readonly L2Node[] {
      return [{ address, available, slots: 0 }]
    },
    get clockOffset() {
      return serverClock.offset
    },
    moveOn() {
      if (!closed) replaceClient()
    },
    nowhere: attempted,
    get ready() {
      return available
    },
    connected: () => first.promise,
    get firstAttempt() {
      return firstAttempt
    },
    serverNow: () => serverClock.now(send),
    get link() {
      return link
    },
    reopen,
    send,
    async close() {
      closed = true
      dropClient()
      attempted()
      options.onClose?.()
    },
  }
}

function addressOf({ options }: StandaloneClient): string {
  const { host, port, path } = { host: 'localhost', port: 6_379, path: undefined, ...options?.socket }
  return path ?? `${host}:${port}`
}
