import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readEnvelope } from '../../../src/codec/envelope.ts'
import { parseMarker, parseStored } from '../../../src/stores/redis/header.ts'
import type { ServerTime } from '../../../src/stores/store.ts'
import { CODECS } from './recipes.ts'

/** What stands in Redis under one key, and what it meant to those who wrote it. */
export interface Sample {
  /** Of its recipe. */
  readonly name: string
  readonly base64: string
  readonly means: Meaning
}

export interface EntryMeaning {
  readonly kind: 'entry'
  /** Versions and nonces as hexadecimal digits. */
  readonly version: string
  readonly began: ServerTime
  readonly expired: boolean
  readonly refreshingUntil: ServerTime
  readonly ttl: number
  readonly staleFor: number
  readonly loadTook: number
  readonly allNonce: string
  /** Tags with their nonces. */
  readonly tags: readonly (readonly [string, string])[]
  readonly codec: keyof typeof CODECS
  readonly value: unknown
}

export interface ClaimMeaning {
  readonly kind: 'claim'
  readonly version: string
}

export interface MarkerMeaning {
  readonly kind: 'marker'
  readonly nonce: string
  readonly deletedAt: ServerTime
  readonly expiredAt: ServerTime
}

export type Meaning = EntryMeaning | ClaimMeaning | MarkerMeaning

/** Of a cache that was not told otherwise. */
export const COMPRESS_ABOVE = 4_096
export const MAX_VALUE_BYTES: number = 8 * 1_024 * 1_024

/** The formats there are samples of, oldest first. */
export function formats(): readonly number[] {
  return readdirSync(import.meta.dirname)
    .flatMap((name) => /^format-(\d+)\.json$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

export function samplesPath(format: number, directory: string = import.meta.dirname): string {
  return join(directory, `format-${format}.json`)
}

export function readSamples(format: number, directory?: string): readonly Sample[] {
  return JSON.parse(readFileSync(samplesPath(format, directory), 'utf8'))
}

/** What the bytes mean to today's code; `undefined` where it can't read them. */
export function meaningOf(bytes: Buffer, codec: keyof typeof CODECS): Meaning | undefined {
  const marker = parseMarker(bytes)
  if (marker !== undefined) {
    return { kind: 'marker', ...marker, nonce: hex(marker.nonce) }
  }
  const stored = parseStored(bytes)
  if (stored.kind === 'claim') return { kind: 'claim', version: hex(stored.version) }
  if (stored.kind !== 'entry') return undefined
  const { version, began, expired, refreshingUntil, body } = stored
  const format = {
    codecName: CODECS[codec].name,
    compressAbove: COMPRESS_ABOVE,
    maxValueBytes: MAX_VALUE_BYTES,
  }
  const envelope = readEnvelope(body, format)
  if (envelope === undefined) return undefined
  const { ttl, staleFor, loadTook, allNonce, tags, value } = envelope
  return {
    kind: 'entry',
    version: hex(version),
    began,
    expired,
    refreshingUntil,
    ttl,
    staleFor,
    loadTook,
    allNonce: hex(allNonce),
    tags: tags.map(({ tag, nonce }) => [tag, hex(nonce)]),
    codec,
    value: CODECS[codec].decode(value),
  }
}

export function hex(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('hex')
}

export function latin1(hexadecimal: string): string {
  return Buffer.from(hexadecimal, 'hex').toString('latin1')
}
