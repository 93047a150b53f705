import type { DashboardBuild } from '../pages/dashboard-build.ts'
import { Refusal } from '../problem.ts'
import type { MonitorApp, Permit } from './app.ts'

/** A name stands for one content for ever; but only in the browser of who may see the page. */
const CACHE_CONTROL = 'private, max-age=31536000, immutable'

/** The dashboard's script, style and icon. They are for the page, and no part of the contract. */
export function mountAssets(
  app: MonitorApp,
  permit: Permit,
  build: () => Promise<DashboardBuild | undefined>,
): void {
  app.get('/assets/:name', permit('read:stats'), async (c) => {
    const asset = (await build())?.assets.get(c.req.param('name'))
    if (asset === undefined) throw new Refusal(404, 'The dashboard has no such file; load its page again')
    const compressed = /\bgzip\b/.test(c.req.header('accept-encoding') ?? '')
    return new Response(compressed ? asset.gzipped : asset.bytes, {
      headers: {
        'content-type': asset.mediaType,
        'cache-control': CACHE_CONTROL,
        vary: 'accept-encoding',
        ...(compressed ? { 'content-encoding': 'gzip' } : {}),
      },
    })
  })
}
