/** May be part of what users install. */
const ALLOWED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Zlib',
])

/** May be used to develop Hitrate besides, as nothing of it is passed on: its conditions bind who changes the files. */
const ALLOWED_FOR_TOOLS: ReadonlySet<string> = new Set(['MPL-2.0'])

/** What is read of a package-lock.json. */
export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>
}

export interface LockedPackage {
  readonly version?: string
  readonly license?: string
  /** A workspace by its name; it stands in the lockfile a second time, under its folder. */
  readonly link?: boolean
  readonly dev?: boolean
  readonly devOptional?: boolean
}

/**
 * One line for every package whose licence is not allowed: its name, version and licence. Where the lockfile knows no
 * licence, `installedLicence` is asked, with the path under node_modules.
 */
export function licenceProblems(
  lockfile: Lockfile,
  installedLicence: (path: string) => string | undefined,
): readonly string[] {
  return Object.entries(lockfile.packages).flatMap(([path, locked]) => {
    // The repository itself stands under the empty path and has a licence too; a link has none of its own.
    if (locked.link === true) return []
    const licence = locked.license ?? installedLicence(path) ?? 'none'
    const forTools = locked.dev === true || locked.devOptional === true
    const accepts = (id: string) => ALLOWED.has(id) || (forTools && ALLOWED_FOR_TOOLS.has(id))
    if (satisfies(licence, accepts)) return []
    const name = path.split('node_modules/').at(-1) || 'the repository'
    return [
      `${name} ${locked.version ?? ''} has the licence ${licence}, which is not allowed${forTools ? '' : ' in what users install'}`,
    ]
  })
}

/**
 * Whether an SPDX expression is fulfilled: `A OR B` by either, `A AND B` by both, OR binding weaker. Parentheses are
 * understood around the whole; anything else in them names no licence, and so is refused.
 */
function satisfies(expression: string, accepts: (id: string) => boolean): boolean {
  const bare = expression.replace(/^\((.*)\)$/, '$1')
  return bare.split(' OR ').some((part) => part.split(' AND ').every(accepts))
}
