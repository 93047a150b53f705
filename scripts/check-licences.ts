/** Compares the licence of every package in the lockfile with the allow-list; prints the offenders and fails. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Lockfile, licenceProblems } from './licences.ts'

const root = join(import.meta.dirname, '..')
const readJson = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'))

const lockfile: Lockfile = readJson('package-lock.json')
const problems = licenceProblems(lockfile, (path) => readJson(`${path}/package.json`).license)

for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
else console.log(`${Object.keys(lockfile.packages).length} packages, all under allowed licences`)
