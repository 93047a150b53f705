import type { TickAnswer } from '../../src/contract/live-answers.ts'
import { tickSchema } from '../../src/contract/live-schemas.ts'

interface Event {
  readonly id: string
  readonly tick: TickAnswer
}

/** Reads what a stream has ready. */
export function reading(response: Response) {
  const reader = response.body?.getReader()
  if (reader === undefined) throw new Error('no body')
  const decoder = new TextDecoder()
  let text = ''
  let ended = false
  const pump = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value, { stream: true })
    }
  }
  pump().then(
    () => {
      ended = true
    },
    () => {
      ended = true
    },
  )
  return {
    get text() {
      return text
    },
    get ended() {
      return ended
    },
    cancel: () => reader.cancel(),
    events(): readonly Event[] {
      return [...text.matchAll(/^id: (.+)\nevent: tick\ndata: (.+)\n\n/gm)].map(([, id = '', data = '']) => ({
        id,
        tick: tickSchema.parse(JSON.parse(data)),
      }))
    },
  }
}
