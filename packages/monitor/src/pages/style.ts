import { createHash } from 'node:crypto'

/** Of the pages that run no script: in the dashboard's colours and sizes, light and dark, readable at 380 px. */
export const STYLE: string = `
:root { color-scheme: light dark; --ink: light-dark(#172127, #e4eaed); --soft: light-dark(#53626b, #9aa8b0);
  --paper: light-dark(#f4f6f6, #0e1316); --card: light-dark(#ffffff, #161d21); --line: light-dark(#dee5e6, #283238);
  --line-strong: light-dark(#b9c5c8, #40505a); --accent: light-dark(#0a6b61, #56c7b8);
  --on-accent: light-dark(#ffffff, #08201d); --hit: light-dark(#0f8578, #2fa897); --miss: light-dark(#d9662f, #ea8450);
  --wrong: light-dark(#b02a1c, #ff8a75); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 0.9375rem/1.5 Inter, "Segoe UI", -apple-system,
  BlinkMacSystemFont, Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: clamp(1.5rem, 6vw, 4rem) 1.25rem; }
header { display: flex; align-items: center; gap: 0.6rem; }
.mark { flex: none; width: 1.6rem; height: 1.6rem; fill: var(--hit); }
.mark .miss { fill: var(--miss); }
h1 { margin: 0; font-size: 1.35rem; font-weight: 650; letter-spacing: -0.01em; overflow-wrap: anywhere; }
p { margin: 0.6rem 0 0; color: var(--soft); }
a { color: var(--accent); text-underline-offset: 0.15em; }
code, .method { font: 0.875rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
  overflow-wrap: anywhere; }
ul { list-style: none; margin: 1.5rem 0 0; padding: 0; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; }
li { display: grid; grid-template-columns: 3.25rem minmax(9rem, 2fr) 3fr; gap: 0 0.75rem; padding: 0.6rem 1rem; }
li + li { border-top: 1px solid var(--line); }
.method, .summary { color: var(--soft); }
form { margin: 1.5rem 0 0; }
form.card { max-width: 26rem; padding: 1.25rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; }
label { display: block; margin-bottom: 0.35rem; }
input { width: 100%; padding: 0.5rem 0.7rem; font: inherit; color: inherit; background: var(--paper);
  border: 1px solid var(--line-strong); border-radius: 8px; }
button { display: block; padding: 0.4rem 1.1rem; font: inherit; cursor: pointer; color: var(--on-accent);
  background: var(--accent); border: 0; border-radius: 8px; }
.card button { margin-top: 1rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.wrong { color: var(--wrong); }
@media (max-width: 34rem) { li { grid-template-columns: 3.25rem 1fr; } .summary { grid-column: 2; } }
`

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** Nothing may be loaded or run; one style is known by its hash; forms go home. */
export const PAGE_POLICY: string = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Of the dashboard: its own script, style and icon, its own API, nothing else; no markup made from text. */
export const DASHBOARD_POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')
