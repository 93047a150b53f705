import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const compress = promisify(gzip)

/** Where the build lies; from `src/pages` and from `dist/pages` alike. */
export const BUILD_FOLDER: URL = new URL('../../dist/dashboard/', import.meta.url)

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** One file of the build, in memory: a few hundred KB in all. */
export interface Asset {
  readonly mediaType: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly gzipped: Uint8Array<ArrayBuffer>
}

/** The dashboard as built. Every file's name carries a hash of its content. */
export interface DashboardBuild {
  readonly script: string
  readonly styles: readonly string[]
  readonly icon: string | undefined
  /** By name, without a folder; nothing else is served. */
  readonly assets: ReadonlyMap<string, Asset>
}

/** What is read of Vite's manifest, an entry for each source that became a file. */
interface ManifestEntry {
  readonly file: string
  readonly src?: string
  readonly isEntry?: boolean
  readonly css?: readonly string[]
}

async function assetOf(folder: URL, file: string): Promise<Asset> {
  const bytes = new Uint8Array(await readFile(new URL(file, folder)))
  return {
    mediaType: MEDIA_TYPES[extname(file)] ?? 'application/octet-stream',
    bytes,
    gzipped: new Uint8Array(await compress(bytes)),
  }
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}

/** Reads the build; `undefined` when there is none, as in a checkout nobody has built in. */
export async function readBuild(folder: URL): Promise<DashboardBuild | undefined> {
  let manifest: string
  try {
    manifest = await readFile(new URL('manifest.json', folder), 'utf8')
  } catch {
    return undefined
  }
  const entries: readonly ManifestEntry[] = Object.values(JSON.parse(manifest))
  const entry = entries.find(({ isEntry }) => isEntry === true)
  if (entry === undefined) return undefined
  const files = new Set(entries.flatMap(({ file, css = [] }) => [file, ...css]))
  const assets = await Promise.all(
    [...files].map(async (file) => [nameOf(file), await assetOf(folder, file)] as const),
  )
  const icon = entries.find(({ src }) => src?.endsWith('.svg') === true)
  return {
    script: nameOf(entry.file),
    styles: (entry.css ?? []).map(nameOf),
    icon: icon === undefined ? undefined : nameOf(icon.file),
    assets: new Map(assets),
  }
}
