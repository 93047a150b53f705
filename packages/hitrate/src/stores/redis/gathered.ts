/** What is asked about one key. */
interface Request {
  readonly key: string
}

/**
 * Requests about single keys that come in one tick, asked together: a script call costs more than what it does to a key,
 * here and on the server. Each is answered, or fails, as if it had been asked alone.
 */
export function gathered<Q extends Request, A>(options: {
  /** The places of those that can be asked together, question by question. */
  together(requests: readonly Q[]): readonly (readonly number[])[]
  /** One answer for each, in their order; an error is that request's alone. */
  ask(requests: readonly Q[]): Promise<readonly (A | Error)[]>
}): (request: Q) => Promise<A> {
  let waiting = new Map<string, Waiting<Q, A>>()

  const leave = (): void => {
    if (waiting.size === 0) return
    const those = [...waiting.values()]
    waiting = new Map()
    const groups = options.together(those.map(({ request }) => request))
    if (groups.length === 1) return void askFor(those)
    for (const places of groups) void askFor(places.flatMap((place) => those.slice(place, place + 1)))
  }

  const askFor = async (those: readonly Waiting<Q, A>[]): Promise<void> => {
    try {
      const answers = await options.ask(those.map(({ request }) => request))
      let place = 0
      for (const { resolve, reject } of those) {
        const answer = answers[place++]
        if (answer === undefined) reject(new Error('Redis left a key out of its answer'))
        else if (answer instanceof Error) reject(answer)
        else resolve(answer)
      }
    } catch (error) {
      for (const { reject } of those) reject(error)
    }
  }

  return (request) =>
    new Promise((resolve, reject) => {
      // In one script call a key comes once: see `Script.distinct`.
      if (waiting.has(request.key)) leave()
      if (waiting.size === 0) queueMicrotask(leave)
      waiting.set(request.key, { request, resolve, reject })
    })
}

interface Waiting<Q, A> {
  readonly request: Q
  readonly resolve: (answer: A) => void
  readonly reject: (error: unknown) => void
}
