import { Refusal } from '../problem.ts'
import type { Action, Authorize, Peer } from './authorize.ts'
import type { BearerToken, SignIn } from './bearer-token.ts'
import { isLocal } from './loopback.ts'
import { isFromOtherSite } from './other-site.ts'

/** How much of an answer somebody gets: all of it, or what anybody may know (of `/health` in production). */
export type Grant = 'full' | 'bare'

/** Decides who may ask for what. */
export interface Access {
  /** Throws `Refusal` 401 or 403. */
  grant(request: Request, action: Action, peer: Peer): Promise<Grant>
  /** Whether it would be granted in full, in a request that is made for it. */
  may(request: Request, action: Action, peer: Peer): Promise<boolean>
  /** Where there is one, a browser may sign in. */
  readonly signIn: SignIn | undefined
}

export interface AccessOptions {
  readonly authorize?: Authorize | BearerToken | undefined
  readonly allowReset: boolean
  readonly production: boolean
}

const SET_AUTHORIZE =
  'set `authorize` in the options of createMonitor, for example to bearerToken(process.env.CACHE_ADMIN_TOKEN)'

/** Without `authorize`: anybody on this machine while developing; in production nobody, the state of health aside. */
function grantByDefault(request: Request, action: Action, peer: Peer, production: boolean): Grant {
  if (production) {
    if (action === 'read:health') return 'bare'
    throw new Refusal(
      403,
      `In production only the bare state of health is open; to open more, ${SET_AUTHORIZE}`,
    )
  }
  if (isLocal(request, peer)) return 'full'
  throw new Refusal(
    403,
    `Open to this machine only: a loopback address, a loopback Host, no proxy; to open it to others, ${SET_AUTHORIZE}`,
  )
}

/** A refusal by one's own `authorize`; by a token's, with the challenge that goes with it. */
function refusalOf(action: Action, signIn: SignIn | undefined): Refusal {
  if (signIn === undefined) return new Refusal(403, `\`authorize\` of this monitor does not allow ${action}`)
  const challenge = { 'www-authenticate': 'Bearer realm="hitrate"' }
  return new Refusal(401, 'A token is needed: send it as `Authorization: Bearer <token>`', {}, challenge)
}

export function createAccess({ authorize, allowReset, production }: AccessOptions): Access {
  const signIn = authorize !== undefined && 'signIn' in authorize ? authorize.signIn : undefined

  const decide = async (request: Request, action: Action, peer: Peer): Promise<Grant> => {
    if (authorize === undefined) return grantByDefault(request, action, peer, production)
    if ((await authorize(request, action, peer)) === true) return 'full'
    throw refusalOf(action, signIn)
  }
  return {
    signIn,
    async may(request, action, peer) {
      if (action === 'write:reset' && !allowReset) return false
      if (authorize !== undefined) return (await authorize(request, action, peer)) === true
      return !production && isLocal(request, peer)
    },
    async grant(request, action, peer) {
      if (request.method === 'POST') refuseOtherSite(request)
      const grant = await decide(request, action, peer)
      if (action === 'write:reset' && !allowReset) {
        throw new Refusal(
          403,
          'Resetting statistics is off, as by default in production; to allow it, set `allowReset: true` in the options of createMonitor',
        )
      }
      return grant
    },
  }
}

/** Throws `Refusal` 403 when a page of another site is behind the request. */
export function refuseOtherSite(request: Request): void {
  if (isFromOtherSite(request)) {
    throw new Refusal(403, 'Refused: Sec-Fetch-Site or Origin says that a page of another site sent this')
  }
}
