import { serialize } from 'hono/utils/cookie'
import { refuseOtherSite } from '../access/access.ts'
import { SESSION_COOKIE, type SignIn } from '../access/bearer-token.ts'
import { SESSION_SECONDS } from '../access/sessions.ts'
import { mediaTypeOf, readText } from '../body.ts'
import { signInPage } from '../pages/pages.ts'
import { Refusal } from '../problem.ts'
import type { MonitorApp, RequestContext } from './app.ts'

const FORM_TYPE = 'application/x-www-form-urlencoded'

/** The token of a posted form, also where a framework has already parsed the form. */
async function tokenOf(request: Request, { body }: RequestContext): Promise<string> {
  if (mediaTypeOf(request) !== FORM_TYPE) {
    throw new Refusal(415, `The sign-in form is sent as ${FORM_TYPE}`, {
      parameter: 'content-type',
      value: mediaTypeOf(request),
      accepted: FORM_TYPE,
    })
  }
  if (typeof body === 'object' && body !== null && !(body instanceof Uint8Array)) {
    const token: unknown = Reflect.get(body, 'token')
    return typeof token === 'string' ? token : ''
  }
  const text =
    body instanceof Uint8Array
      ? Buffer.from(body).toString('utf8')
      : typeof body === 'string'
        ? body
        : undefined
  return new URLSearchParams(text ?? (await readText(request))).get('token') ?? ''
}

/** Browsers send it over plain HTTP only where the connection was plain; a proxy in front says what it was. */
function isSecure(request: Request): boolean {
  return new URL(request.url).protocol === 'https:' || request.headers.get('x-forwarded-proto') === 'https'
}

/**
 * The form that exchanges the token for a session cookie, and the one that ends it. They are for people, and no part
 * of the contract.
 */
export function mountSignIn(app: MonitorApp, signIn: SignIn, name: string, base: string): void {
  const home = base === '' ? '/' : base
  const cookie = (value: string, request: Request, maxAge: number): string =>
    serialize(SESSION_COOKIE, value, {
      path: home,
      httpOnly: true,
      sameSite: 'Strict',
      secure: isSecure(request),
      maxAge,
    })
  const goHome = (setCookie: string): Response =>
    new Response(null, { status: 303, headers: { location: home, 'set-cookie': setCookie } })

  app.post('/sign-in', async (c) => {
    const request = c.req.raw
    refuseOtherSite(request)
    const session = signIn.open(await tokenOf(request, c.env))
    if (session === undefined) return signInPage(name, base, true)
    return goHome(cookie(session, request, SESSION_SECONDS))
  })
  app.post('/sign-out', (c) => {
    const request = c.req.raw
    refuseOtherSite(request)
    signIn.close(request)
    return goHome(cookie('', request, 0))
  })
}
