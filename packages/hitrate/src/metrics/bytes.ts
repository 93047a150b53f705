/**
 * The compact encoding of closed buckets: integers as LEB128 varints, seven bits to the byte, small ones in one.
 * Numbers may go up to 2^53 - 1; bit operations only work below 2^31, and are several times as quick as arithmetic.
 */

const CONTINUE = 0x80
const MAX_WORD = 2 ** 31 - 1
const INITIAL_CAPACITY = 1 << 14

/** Bytes a reserved length takes: {@link ByteWriter.reserve}. */
export const LENGTH_BYTES = 3

/** Appends to one buffer that is reused and only ever grows. */
export class ByteWriter {
  #bytes = new Uint8Array(INITIAL_CAPACITY)
  #length = 0

  get length(): number {
    return this.#length
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow()
    this.#bytes[this.#length++] = value
  }

  /** A whole number from 0 to 2^53 - 1. */
  varint(value: number): void {
    let large = value
    while (large > MAX_WORD) {
      this.byte((large % CONTINUE) + CONTINUE)
      large = Math.floor(large / CONTINUE)
    }
    let rest = large | 0
    while (rest >= CONTINUE) {
      this.byte((rest & (CONTINUE - 1)) | CONTINUE)
      rest >>>= 7
    }
    this.byte(rest)
  }

  /** A whole number of either sign: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4. */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value)
  }

  /** Its length in UTF-8, and its bytes. */
  text(value: string): void {
    const bytes = utf8.encode(value)
    this.varint(bytes.length)
    this.bytes(bytes)
  }

  bytes(some: Uint8Array): void {
    for (const byte of some) this.byte(byte)
  }

  /** Leaves room for the length of what follows; {@link seal} fills it in. */
  reserve(): number {
    const at = this.#length
    for (let count = 0; count < LENGTH_BYTES; count++) this.byte(0)
    return at
  }

  /** Writes the length of what was appended since `reserve` gave `at`. */
  seal(at: number): void {
    let length = this.#length - at - LENGTH_BYTES
    for (let count = 0; count < LENGTH_BYTES; count++) {
      this.#bytes[at + count] = length & 0xff
      length >>>= 8
    }
  }

  /** What was written, in an array of just its size; the writer is empty again. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length)
    this.#length = 0
    return taken
  }

  #grow(): void {
    const wider = new Uint8Array(this.#bytes.length * 2)
    wider.set(this.#bytes)
    this.#bytes = wider
  }
}

const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder()

/** Reads what a {@link ByteWriter} wrote, in the same order. Beyond the end all is 0. */
export class ByteReader {
  readonly #bytes: Uint8Array
  position = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.position >= this.#bytes.length
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#bytes.length - this.position
  }

  byte(): number {
    return this.#bytes[this.position++] ?? 0
  }

  varint(): number {
    const first = this.byte()
    if (first < CONTINUE) return first
    let value = first - CONTINUE
    let factor = CONTINUE
    for (;;) {
      const next = this.byte()
      if (next < CONTINUE) return value + next * factor
      value += (next - CONTINUE) * factor
      factor *= CONTINUE
    }
  }

  signed(): number {
    const value = this.varint()
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2
  }

  /** So many bytes as they are; a view. */
  view(length: number): Uint8Array {
    return this.#bytes.subarray(this.position, this.position + length)
  }

  text(): string {
    const length = this.varint()
    const from = this.position
    this.position += length
    return fromUtf8.decode(this.#bytes.subarray(from, this.position))
  }

  /** A length written by `reserve` and `seal`. */
  sealed(): number {
    let length = 0
    for (let count = 0; count < LENGTH_BYTES; count++) length += this.byte() * 2 ** (8 * count)
    return length
  }
}
