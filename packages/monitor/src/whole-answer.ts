/** An answer whose body lies in memory as a whole, headers with all that stand on every answer. */
export interface WholeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array<ArrayBuffer>
}

/** Makes the response of such an answer. */
export type Respond = (answer: WholeAnswer) => Response

/** As in any runtime: the body is copied, and read as a stream. @param method to HEAD there is none */
export function respondAnywhere(method: string): Respond {
  return ({ body, status, headers }) => new Response(method === 'HEAD' ? null : body, { status, headers })
}
