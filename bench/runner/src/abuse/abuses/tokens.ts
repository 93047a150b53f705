import { type Abuse, BASE, isOneOf } from './abuse.ts'
import { asking } from './exchange.ts'

const PER_SECOND = 500
const judge = isOneOf(401)

/** Guesses of a token, on what costs most if it were right. */
export const tokens: Abuse = {
  about: `wrong tokens, ${PER_SECOND} a second`,
  expected: ['401'],
  begin: (target, tally) =>
    asking(PER_SECOND, target, tally, (index) => {
      const wrong = { authorization: `Bearer ${guess(index, target.token)}` }
      switch (index % 4) {
        case 0:
          return { path: `${BASE}/stats/patterns?limit=1000`, headers: wrong, judge }
        case 1:
          return { path: `${BASE}/metrics`, headers: { cookie: `hitrate_session=${index}` }, judge }
        case 2:
          return { method: 'POST', path: `${BASE}/warm`, headers: wrong, body: '{}', judge }
        default:
          return { path: `${BASE}/stream`, headers: wrong, judge }
      }
    }),
}

/** Near to the right one, far from it, and long. */
function guess(index: number, token: string): string {
  const guesses = [`${token}${index}`, token.slice(0, -1), String(index), 'x'.repeat(1_024)]
  return guesses[Math.floor(index / 4) % guesses.length] ?? ''
}
