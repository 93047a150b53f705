import { html, raw } from 'hono/html'
import type { DashboardBuild } from './dashboard-build.ts'
import { DASHBOARD_POLICY, PAGE_POLICY, STYLE } from './style.ts'

/** One line of the overview. */
export interface ListedEndpoint {
  readonly method: string
  /** Below the mount: `/stats`. */
  readonly path: string
  readonly summary: string
}

type Markup = ReturnType<typeof html>

/** Hitrate's mark beside the cache's name, as in the dashboard. */
function heading(name: string): Markup {
  return html`<header><svg class="mark" viewBox="0 0 24 24" aria-hidden="true"><rect x="2" y="3" width="20" height="4.5" rx="1.2"/><rect x="2" y="9.75" width="14" height="4.5" rx="1.2"/><rect class="miss" x="17.5" y="9.75" width="4.5" height="4.5" rx="1.2"/><rect x="2" y="16.5" width="20" height="4.5" rx="1.2"/></svg><h1>${name}</h1></header>`
}

async function page(
  title: string,
  body: Markup,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const style = html`<style>${raw(STYLE)}</style>`
  const response = await documentOf(
    title,
    style,
    html`<body><main>${body}</main></body>`,
    PAGE_POLICY,
    status,
  )
  for (const [header, value] of Object.entries(headers)) response.headers.set(header, value)
  return response
}

async function documentOf(
  title: string,
  head: Markup,
  body: Markup,
  policy: string,
  status: number,
): Promise<Response> {
  const document = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
${head}
</head>
${body}
</html>`
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }
  return new Response(document.toString(), { status, headers })
}

/**
 * The dashboard's page: what it is told is where the API lies, the cache's name, and whether there is a session to end.
 * @param base the mount, without a slash at its end
 */
export function dashboardPage(
  name: string,
  base: string,
  build: DashboardBuild,
  signedIn: boolean,
): Promise<Response> {
  const asset = (file: string): string => `${base}/assets/${file}`
  const head = html`<meta name="color-scheme" content="light dark">
${build.icon === undefined ? '' : html`<link rel="icon" href="${asset(build.icon)}">`}
${build.styles.map((file) => html`<link rel="stylesheet" href="${asset(file)}">`)}
<script type="module" src="${asset(build.script)}"></script>`
  const body = html`<body>
<div id="dashboard" data-base="${base}" data-name="${name}" data-signed-in="${signedIn ? 'true' : 'false'}"></div>
<noscript>The dashboard needs JavaScript. All it shows is at <a href="${base}/endpoints">these endpoints</a>.</noscript>
</body>`
  return documentOf(`${name} · Hitrate`, head, body, DASHBOARD_POLICY, 200)
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
    html`${heading(name)}
<p>What this cache measures of itself, as JSON. The whole contract: <a href="${base}/openapi.json">openapi.json</a>.</p>
<ul>${endpoints.map(line)}</ul>${signOut}`,
    200,
  )
}

/** Asks for the token. @param wrong whether one was given that is not it */
export function signInPage(name: string, base: string, wrong: boolean): Promise<Response> {
  return page(
    `Sign in · ${name} · Hitrate`,
    html`${heading(name)}
<p>This monitor is open to those who have its token.</p>
<form class="card" method="post" action="${base}/sign-in">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
${wrong ? html`<p class="wrong" role="alert">That is not the token.</p>` : ''}
<button>Sign in</button>
</form>`,
    401,
    { 'www-authenticate': 'Bearer realm="hitrate"' },
  )
}
