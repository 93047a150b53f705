import { expect, test } from 'vitest'
import { type LockedPackage, licenceProblems } from '../scripts/licences.ts'

const problems = (locked: LockedPackage, installed?: string) =>
  licenceProblems({ packages: { 'node_modules/left-pad': { version: '1.2.3', ...locked } } }, () => installed)

test.each(['MIT', 'Apache-2.0', 'GPL-3.0-only OR MIT', '(MIT AND Zlib)'])('%s is allowed', (license) => {
  expect(problems({ license })).toEqual([])
})

test.each(['GPL-3.0-only', 'MIT AND GPL-3.0-only', 'SEE LICENSE IN LICENSE', 'MPL-2.0'])(
  '%s is not allowed, and the message names package and licence',
  (license) => {
    expect(problems({ license })).toEqual([
      `left-pad 1.2.3 has the licence ${license}, which is not allowed in what users install`,
    ])
  },
)

test('MPL-2.0 is allowed in tools, GPL is not', () => {
  expect(problems({ license: 'MPL-2.0', dev: true })).toEqual([])
  expect(problems({ license: 'GPL-3.0-only', dev: true })).toEqual([
    'left-pad 1.2.3 has the licence GPL-3.0-only, which is not allowed',
  ])
})

test('a package without a licence in the lockfile is asked for the one it brings', () => {
  expect(problems({}, 'ISC')).toEqual([])
  expect(problems({})).toEqual([
    'left-pad 1.2.3 has the licence none, which is not allowed in what users install',
  ])
})

test('the name of a nested package with a scope is whole', () => {
  const packages = { 'node_modules/a/node_modules/@scope/b': { version: '1.0.0', license: 'UNLICENSED' } }
  expect(licenceProblems({ packages }, () => undefined)).toEqual([
    '@scope/b 1.0.0 has the licence UNLICENSED, which is not allowed in what users install',
  ])
})
