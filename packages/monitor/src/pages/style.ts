import { createHash } from 'node:crypto'

/** The only style there is: system fonts, light and dark, readable at 380 px. */
export const STYLE: string = `
:root { color-scheme: light dark; --ink: light-dark(#1d2429, #dfe5e8); --soft: light-dark(#5c6a72, #93a1a8);
  --paper: light-dark(#fbfcfc, #14191c); --card: light-dark(#fff, #1b2226); --line: light-dark(#e2e7e9, #2a3439);
  --accent: light-dark(#0b6b62, #5cc9bb); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: clamp(1.5rem, 6vw, 4rem) 1.25rem; }
h1 { margin: 0; font-size: 1.5rem; font-weight: 620; letter-spacing: -0.01em; }
p { margin: 0.35rem 0 0; color: var(--soft); }
a { color: var(--accent); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
code, .method { font: 0.875rem/1.55 ui-monospace, monospace; overflow-wrap: anywhere; }
ul { list-style: none; margin: 2rem 0 0; padding: 0; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; }
li { display: grid; grid-template-columns: 3.25rem minmax(9rem, 2fr) 3fr; gap: 0 0.75rem; padding: 0.7rem 1rem; }
li + li { border-top: 1px solid var(--line); }
.method, .summary { color: var(--soft); }
.summary { font-size: 0.9375rem; }
form { margin: 2rem 0 0; }
label { display: block; font-size: 0.9375rem; margin-bottom: 0.35rem; }
input { width: 100%; max-width: 24rem; padding: 0.55rem 0.7rem; font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--line); border-radius: 8px; }
button { display: block; margin-top: 0.9rem; padding: 0.5rem 1.1rem; font: inherit; cursor: pointer; color: var(--paper);
  background: var(--accent); border: 0; border-radius: 8px; }
button:focus-visible, input:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.wrong { color: light-dark(#a8321f, #ff9b86); }
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
