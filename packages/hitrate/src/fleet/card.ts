import type { Milliseconds, Ratio } from '../units.ts'
import { FORMAT } from './times.ts'

/** What a process says of itself each time it tells what it counted. */
export interface Card {
  /** It was closed: it will not be heard of again. */
  readonly ended: boolean
  /** How coarse the histograms are that it tells; see `Histogram.coarser`. */
  readonly scale: number
  /** Unix milliseconds, by the server's clock. */
  readonly startedAt: Milliseconds
  /** Over the last minute. */
  readonly requestsPerSecond: number
  readonly hitRate: Ratio
  /** Of the package. */
  readonly version: string
  readonly name: string
}

/**
 * | offset | bytes | |
 * |---|---|---|
 * | 0 | 1 | `C` |
 * | 1 | 1 | version of the format |
 * | 2 | 1 | 1 = ended |
 * | 3 | 1 | scale |
 * | 4 | 6 | started |
 * | 10 | 4 | requests per second, float |
 * | 14 | 4 | hit rate, float |
 * | 18 | | version and name, each its length and UTF-8 |
 */
const MAGIC = 0x43
const TEXTS = 18

export function writeCard(card: Card): Buffer {
  const texts = [card.version, card.name].map((text) => Buffer.from(text).subarray(0, 255))
  const head = Buffer.alloc(TEXTS)
  head[0] = MAGIC
  head[1] = FORMAT
  head[2] = card.ended ? 1 : 0
  head[3] = card.scale
  head.writeUIntBE(Math.max(0, Math.round(card.startedAt)), 4, 6)
  head.writeFloatBE(card.requestsPerSecond, 10)
  head.writeFloatBE(card.hitRate, 14)
  return Buffer.concat([head, ...texts.flatMap((text) => [Buffer.of(text.length), text])])
}

/** `undefined` when the bytes are none, or of another version of the format. */
export function readCard(bytes: Buffer): Card | undefined {
  if (bytes.length < TEXTS + 2 || bytes[0] !== MAGIC || bytes[1] !== FORMAT) return undefined
  const nameAt = TEXTS + 1 + (bytes[TEXTS] ?? 0)
  if (bytes.length !== nameAt + 1 + (bytes[nameAt] ?? 0)) return undefined
  const requestsPerSecond = bytes.readFloatBE(10)
  const hitRate = bytes.readFloatBE(14)
  if (!(requestsPerSecond >= 0 && Number.isFinite(requestsPerSecond) && hitRate >= 0 && hitRate <= 1)) {
    return undefined
  }
  return {
    ended: bytes[2] === 1,
    scale: bytes[3] ?? 0,
    startedAt: bytes.readUIntBE(4, 6),
    requestsPerSecond,
    hitRate,
    version: bytes.toString('utf8', TEXTS + 1, nameAt),
    name: bytes.toString('utf8', nameAt + 1),
  }
}
