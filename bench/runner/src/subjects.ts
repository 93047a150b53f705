import { readFileSync } from 'node:fs'

/** One column-to-be of evidence: a cache in one set-up. */
export interface SubjectEntry {
  readonly name: string
  /** File that exports `open` and `setUp`. */
  readonly module: URL
  /** The package that declares what it needs, at exact versions. */
  readonly manifest: URL
  /** Of its dependencies, the cache itself. */
  readonly package: string
}

/** Whom the probes are run for, in the table's order. */
export const SUBJECTS: readonly SubjectEntry[] = [
  {
    name: 'Hitrate',
    module: new URL('hitrate.ts', import.meta.url),
    manifest: new URL('../package.json', import.meta.url),
    package: 'hitrate',
  },
  peer('bentocache'),
  peer('cacheable'),
  {
    ...peer('cacheable'),
    name: 'cacheable, non-blocking',
    module: new URL('../../peers/cacheable/non-blocking.ts', import.meta.url),
  },
  peer('cache-manager'),
  peer('async-cache-dedupe'),
  { ...peer('cachified'), package: '@epic-web/cachified' },
  peer('layered-loader'),
]

function peer(name: string): SubjectEntry {
  const folder = new URL(`../../peers/${name}/`, import.meta.url)
  return {
    name,
    module: new URL('subject.ts', folder),
    manifest: new URL('package.json', folder),
    package: name,
  }
}

/** The cache and what it was given, at their pinned versions. */
export function dependenciesOf(subject: Pick<SubjectEntry, 'manifest'>): Readonly<Record<string, string>> {
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(
    readFileSync(subject.manifest, 'utf8'),
  )
  return dependencies
}
