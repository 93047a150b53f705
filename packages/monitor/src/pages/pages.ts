import { html, raw } from 'hono/html'
import { PAGE_POLICY, STYLE } from './style.ts'

/** One line of the overview. */
export interface ListedEndpoint {
  readonly method: string
  /** Below the mount: `/stats`. */
  readonly path: string
  readonly summary: string
}

type Markup = ReturnType<typeof html>

async function page(
  title: string,
  body: Markup,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const document = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body><main>${body}</main></body>
</html>`
  const response = new Response(document.toString(), { status, headers })
  response.headers.set('content-type', 'text/html; charset=utf-8')
  response.headers.set('content-security-policy', PAGE_POLICY)
  return response
}

/**
 * What `GET` of the mount shows: the endpoints, linked where a link can ask for them.
 * @param base the mount, without a slash at its end
 * @param signedIn whether there is a session to end
 */
export function overviewPage(
  name: string,
  base: string,
  endpoints: readonly ListedEndpoint[],
  signedIn: boolean,
): Promise<Response> {
  const line = ({ method, path, summary }: ListedEndpoint): Markup => {
    const linkable = method === 'GET' && !path.includes('{')
    const shown = linkable ? html`<a href="${base}${path}">${path}</a>` : path
    return html`<li><span class="method">${method}</span><code>${shown}</code><span class="summary">${summary}</span></li>`
  }
  const signOut = signedIn
    ? html`<form method="post" action="${base}/sign-out"><button>Sign out</button></form>`
    : ''
  return page(
    `${name} · Hitrate`,
    html`<h1>${name}</h1>
<p>What this cache measures of itself, as JSON. The whole contract: <a href="${base}/openapi.json">openapi.json</a>.</p>
<ul>${endpoints.map(line)}</ul>${signOut}`,
    200,
  )
}

/** Asks for the token. @param wrong whether one was given that is not it */
export function signInPage(name: string, base: string, wrong: boolean): Promise<Response> {
  return page(
    `Sign in · ${name} · Hitrate`,
    html`<h1>${name}</h1>
<p>This monitor is open to those who have its token.</p>
<form method="post" action="${base}/sign-in">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
${wrong ? html`<p class="wrong" role="alert">That is not the token.</p>` : ''}
<button>Sign in</button>
</form>`,
    401,
    { 'www-authenticate': 'Bearer realm="hitrate"' },
  )
}
