import { isAlwaysEscaped } from './key-escaping.ts'
import type { Segment } from './template-parser.ts'

/** One state of the automaton that reads a template's keys character by character. */
interface State {
  /** The state after this character; `undefined` where it can't stand here. */
  readonly read: (character: string) => number | undefined
  /** The state that may be entered without reading anything. */
  readonly skip?: number
}

const NON_ZERO = '123456789'
const DIGITS = `0${NON_ZERO}`

/**
 * Whether two templates can produce the same key: each becomes a small automaton, and the pairs of their states are
 * searched for a way to both ends.
 *
 * It is enough to read digits and the characters of the fixed texts: where another one is in a key of both, both are
 * within a parameter there (an escape as `%3A` always is, as fixed texts have no `%`), and the key without it, or
 * without an integer's minus sign, is possible as well.
 *
 * An integer is `0` or `-?[1-9][0-9]*`. That it is a safe one, too, is left out: only a fixed text of 16 digits or
 * more can tell, and is then said to overlap.
 */
export function templatesOverlap(left: readonly Segment[], right: readonly Segment[]): boolean {
  const a = automaton(left)
  const b = automaton(right)
  const fixed = [...left, ...right].filter((segment) => typeof segment === 'string')
  const alphabet = new Set([...DIGITS, ...fixed.join('')])
  const seen = new Set<number>()
  const open: [number, number][] = [[0, 0]]

  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [i, j] = pair
    const from = a[i]
    const to = b[j]
    if (from === undefined && to === undefined) return true
    const id = i * (b.length + 1) + j
    if (seen.has(id)) continue
    seen.add(id)
    if (from?.skip !== undefined) open.push([from.skip, j])
    if (to?.skip !== undefined) open.push([i, to.skip])
    if (from === undefined || to === undefined) continue
    for (const character of alphabet) {
      const nextLeft = from.read(character)
      const nextRight = to.read(character)
      if (nextLeft !== undefined && nextRight !== undefined) open.push([nextLeft, nextRight])
    }
  }
  return false
}

/** The states in order; beyond the last one the key has ended. */
function automaton(segments: readonly Segment[]): readonly State[] {
  const states: State[] = []
  for (const segment of segments) {
    const start = states.length
    if (typeof segment === 'string') {
      for (const expected of segment) {
        const next = states.length + 1
        states.push({ read: (character) => (character === expected ? next : undefined) })
      }
    } else if (segment.type === 'int') {
      states.push(...integer(start))
    } else {
      const { terminator } = segment
      const plain = (character: string): boolean => character !== terminator && !isAlwaysEscaped(character)
      states.push({ read: (character) => (plain(character) ? start : undefined), skip: start + 1 })
    }
  }
  return states
}

function integer(start: number): readonly State[] {
  const afterMinus = start + 1
  const withinDigits = start + 2
  const end = start + 3
  const leading = (character: string): number | undefined =>
    NON_ZERO.includes(character) ? withinDigits : undefined
  return [
    { read: (character) => (character === '-' ? afterMinus : character === '0' ? end : leading(character)) },
    { read: leading },
    { read: (character) => (DIGITS.includes(character) ? withinDigits : undefined), skip: end },
  ]
}
