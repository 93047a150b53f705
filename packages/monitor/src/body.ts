import { Refusal } from './problem.ts'

/** The largest request body: a list of strategy names is far smaller. */
const MAX_BODY_BYTES = 64 * 1024

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/

/**
 * Reads a body as text, and no more of it than the cap. Throws `Refusal` 413, and 400 for a body that breaks off:
 * whoever hangs up is nobody's failure here, and must not be able to fill the log with them.
 */
export async function readText(request: Request): Promise<string> {
  const tooLarge = (): Refusal => new Refusal(413, `The body is larger than ${MAX_BODY_BYTES} bytes`)
  if (exceedsCap(request)) throw tooLarge()
  if (request.body === null) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request.body) {
      size += chunk.byteLength
      if (size > MAX_BODY_BYTES) throw tooLarge()
      chunks.push(chunk)
    }
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(400, 'The body broke off')
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Whether more of a body is announced than is ever read. */
export function exceedsCap({ headers }: Request): boolean {
  return Number(headers.get('content-length')) > MAX_BODY_BYTES
}

/** Whether there is, or may be, more of a body than is ever read: its length is not told, or above the cap. */
export function mayExceedCap(request: Request): boolean {
  return request.headers.has('transfer-encoding') || exceedsCap(request)
}

/** Media type of a request without its parameters, in lower case; empty when none is given. */
export function mediaTypeOf(request: Request): string {
  return (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** A body as a framework left it, as JSON text. Text and bytes are not parsed yet; anything else has been. */
function textOf(parsed: unknown): string {
  if (parsed === undefined || parsed === null) return ''
  if (typeof parsed === 'string') return parsed
  if (parsed instanceof Uint8Array) return Buffer.from(parsed).toString('utf8')
  return JSON.stringify(parsed) ?? ''
}

/** Whether a request says that it has a body. */
function announcesBody({ headers }: Request): boolean {
  return Number(headers.get('content-length')) > 0 || headers.has('transfer-encoding')
}

/**
 * The request with its JSON body checked and in memory, so that validators may read it as often as they like. No body
 * is fine, whatever the media type says: `curl -X POST` sends none, and `curl -d ''` calls that a form.
 * @param parsed what a framework in front has already made of the body; `undefined`: it is still to be read
 */
export async function withJsonBody(request: Request, parsed: unknown): Promise<Request> {
  const text = parsed === undefined ? await readText(request) : textOf(parsed)
  const type = mediaTypeOf(request)
  const headers = new Headers(request.headers)
  headers.delete('content-length')
  headers.delete('content-type')
  // Body parsers that find nothing to parse leave an empty object.
  if (text.trim() === '' || (text === '{}' && !announcesBody(request))) {
    return new Request(request.url, { method: request.method, headers })
  }
  if (!JSON_TYPE.test(type)) {
    throw new Refusal(
      415,
      `content-type: ${JSON.stringify(type)} is not accepted; accepted: application/json`,
      {
        parameter: 'content-type',
        value: type,
        accepted: 'application/json',
      },
    )
  }
  try {
    JSON.parse(text)
  } catch (error) {
    throw new Refusal(400, `The body is not JSON: ${error instanceof Error ? error.message : 'unreadable'}`, {
      parameter: 'body',
      accepted: 'a JSON object, or no body',
    })
  }
  headers.set('content-type', 'application/json')
  return new Request(request.url, { method: request.method, headers, body: text })
}
