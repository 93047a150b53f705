import type { Around, Hear } from '../fence/wrap-store.ts'
import type { Chance } from './chance.ts'

/** Something on its way, and what happens when it arrives. */
interface Travelling {
  readonly what: string
  arrive(): void
}

/** One process's connection. */
export interface Line {
  readonly around: Around
  readonly hear: Hear
}

/**
 * Lines between processes and one server. As on a connection, commands arrive in the order in which they were sent, and
 * answers and what the server tells in the order in which it came to them; when, is for whoever calls.
 */
export interface Network {
  line(name: string): Line
  /** What can happen next. */
  readonly possible: number
  /** Lets one thing happen and says what. */
  step(chance: Chance): string
}

export function createNetwork(): Network {
  const queues: Travelling[][] = []
  const busy = (): Travelling[][] => queues.filter((queue) => queue.length > 0)

  return {
    line(name) {
      const sent: Travelling[] = []
      const coming: Travelling[] = []
      queues.push(sent, coming)
      return {
        around: <T>(operation: string, work: () => Promise<T>) =>
          new Promise<T>((resolve, reject) => {
            sent.push({
              what: `${name} ${operation} is carried out`,
              arrive() {
                const done = work()
                // Looked at when the answer arrives.
                done.catch(() => undefined)
                coming.push({
                  what: `${name} ${operation} is answered`,
                  arrive: () => void done.then(resolve, reject),
                })
              },
            })
          }),
        hear: (tell) => void coming.push({ what: `${name} is told of a change`, arrive: tell }),
      }
    },
    get possible() {
      return busy().length
    },
    step(chance) {
      const next = chance.oneOf(busy()).shift()
      next?.arrive()
      return next?.what ?? 'nothing happens'
    },
  }
}
