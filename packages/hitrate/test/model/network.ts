import type { Around } from '../fence/wrap-store.ts'
import type { Chance } from './chance.ts'

/** A command on its way: sent, carried out, answered. */
interface Command {
  readonly what: string
  carryOut(): void
  answer: (() => void) | undefined
}

/**
 * Lines between processes and one server. A line carries commands in their order, as a connection does; when each is
 * carried out, and when (and in which order) answers arrive, is for whoever calls.
 */
export interface Network {
  line(name: string): Around
  /** What can happen next. */
  readonly possible: number
  /** Lets one thing happen and says what. */
  step(chance: Chance): string
}

export function createNetwork(): Network {
  const lines: Command[][] = []
  const carriedOut: Command[] = []

  return {
    line(name) {
      const sent: Command[] = []
      lines.push(sent)
      return <T>(operation: string, work: () => Promise<T>) =>
        new Promise<T>((resolve, reject) => {
          const command: Command = {
            what: `${name} ${operation}`,
            answer: undefined,
            carryOut() {
              const done = work()
              command.answer = () => done.then(resolve, reject)
            },
          }
          sent.push(command)
        })
    },
    get possible() {
      return lines.filter((line) => line.length > 0).length + carriedOut.length
    },
    step(chance) {
      const busy = lines.filter((line) => line.length > 0)
      if (busy.length > 0 && (carriedOut.length === 0 || chance.oneIn(2))) {
        const command = chance.oneOf(busy).shift()
        command?.carryOut()
        if (command !== undefined) carriedOut.push(command)
        return `${command?.what} is carried out`
      }
      const [command] = carriedOut.splice(chance.upTo(carriedOut.length), 1)
      command?.answer?.()
      return `${command?.what} is answered`
    },
  }
}
