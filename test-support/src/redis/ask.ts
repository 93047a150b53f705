import { connect } from 'node:net'

/** A reply of RESP 2. Strings are bytes: a key may be any. */
export type Reply = Buffer | number | null | Reply[]

/** Whom to ask. */
export interface Address {
  readonly port: number
  readonly password: string | undefined
}

/** A node that writes down what it was told may take a good part of a second on a busy disk. */
const TIMEOUT_MS = 5_000

/** For questions that are repeated. A server that runs answers in a few milliseconds, one that is frozen never. */
export const GLANCE_MS = 500

/**
 * Sends commands over a connection of their own and gives their replies: for questions asked again and again, for
 * which a redis-cli each time would be slow. Rejects on an error reply, and when a reply stays out for `timeoutMs`
 * (default: 5000 ms).
 */
export function ask(
  { port, password }: Address,
  commands: readonly (readonly (string | Buffer)[])[],
  timeoutMs: number = TIMEOUT_MS,
): Promise<readonly Reply[]> {
  const sent = password === undefined ? commands : [['AUTH', password], ...commands]
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.concat(sent.map(encode))))
    let received = Buffer.alloc(0)
    const fail = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    socket.setTimeout(timeoutMs, () => fail(new Error(`No reply from port ${port} within ${timeoutMs} ms`)))
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, Buffer.from(chunk)])
      try {
        const replies = parseAll(received, sent.length)
        if (replies === undefined) return
        socket.destroy()
        resolve(replies.slice(sent.length - commands.length))
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)))
      }
    })
    socket.once('error', fail)
    socket.once('close', () => fail(new Error(`Port ${port} closed the connection without a reply`)))
  })
}

/** The reply to one command. */
export async function askOne(
  address: Address,
  command: readonly (string | Buffer)[],
  timeoutMs?: number,
): Promise<Reply> {
  const [reply = null] = await ask(address, [command], timeoutMs)
  return reply
}

/** A reply as text; a list as one word a line. */
export function textOf(reply: Reply | undefined): string {
  if (Array.isArray(reply)) return reply.map(textOf).join('\n')
  return reply?.toString() ?? ''
}

/** The items of a list; none of anything else. */
export function itemsOf(reply: Reply | undefined): readonly Reply[] {
  return Array.isArray(reply) ? reply : []
}

/** A list of names and values as a map. */
export function fieldsOf(reply: Reply | undefined): ReadonlyMap<string, string> {
  const items = itemsOf(reply)
  return new Map(
    items.flatMap((name, at) => (at % 2 === 0 ? [[textOf(name), textOf(items[at + 1])] as const] : [])),
  )
}

/** The lines `name:value` of INFO and its like as a map. */
export function infoOf(reply: Reply | undefined): ReadonlyMap<string, string> {
  return new Map(
    [...textOf(reply).matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]),
  )
}

function encode(command: readonly (string | Buffer)[]): Buffer {
  const words = command.flatMap((word) => {
    const bytes = Buffer.from(word)
    return [Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]
  })
  return Buffer.concat([Buffer.from(`*${command.length}\r\n`), ...words])
}

/** `undefined` as long as replies are missing. */
function parseAll(bytes: Buffer, count: number): readonly Reply[] | undefined {
  const replies: Reply[] = []
  for (let at = 0; replies.length < count; ) {
    const parsed = parse(bytes, at)
    if (parsed === undefined) return undefined
    replies.push(parsed.reply)
    at = parsed.next
  }
  return replies
}

function parse(bytes: Buffer, at: number): { readonly reply: Reply; readonly next: number } | undefined {
  const end = bytes.indexOf('\r\n', at)
  if (end === -1) return undefined
  const line = bytes.toString('latin1', at + 1, end)
  const next = end + 2
  switch (bytes.toString('latin1', at, at + 1)) {
    case '+':
      return { reply: Buffer.from(line), next }
    case ':':
      return { reply: Number(line), next }
    case '$': {
      const length = Number(line)
      if (length === -1) return { reply: null, next }
      if (bytes.length < next + length + 2) return undefined
      return { reply: bytes.subarray(next, next + length), next: next + length + 2 }
    }
    case '*': {
      const items: Reply[] = []
      let after = next
      for (let left = Number(line); left > 0; left--) {
        const item = parse(bytes, after)
        if (item === undefined) return undefined
        items.push(item.reply)
        after = item.next
      }
      return { reply: items, next: after }
    }
    default:
      throw new Error(line)
  }
}
