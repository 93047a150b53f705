import { type Abuse, BASE, isOneOf } from './abuse.ts'
import { asking } from './exchange.ts'

const PER_SECOND = 500
const HOST = 'attacker.example'
const SITE = { origin: `https://${HOST}`, 'sec-fetch-site': 'cross-site' }
const judge = isOneOf(403)

/** What a page of another site makes a browser send that may do everything here; and names that lead here, without a token. */
export const sites: Abuse = {
  about: `other origins and hosts, ${PER_SECOND} a second`,
  expected: ['401', '403'],
  begin: (target, tally) =>
    asking(PER_SECOND, target, tally, (index) => {
      const token = { authorization: `Bearer ${target.token}` }
      switch (index % 4) {
        case 0:
          return { method: 'POST', path: `${BASE}/warm`, headers: { ...token, ...SITE }, judge }
        case 1:
          return { method: 'POST', path: `${BASE}/reset-metrics`, headers: { ...token, ...SITE }, judge }
        case 2:
          return { path: `${BASE}/stream`, headers: { ...token, 'sec-fetch-site': 'same-site' }, judge }
        default:
          return { path: `${BASE}/info`, headers: { host: HOST }, judge: isOneOf(401) }
      }
    }),
}
