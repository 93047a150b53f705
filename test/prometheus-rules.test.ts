import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promtool } from '@hitrate/test-support'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const FOLDER = join(import.meta.dirname, '../deploy/prometheus')
const RULES = join(FOLDER, 'rules.yaml')
const TESTS = ['rules.test.yaml', 'rules-days.test.yaml']

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly { readonly alert?: string }[] }[]
}

interface UnitTests {
  readonly tests: readonly {
    readonly alert_rule_test?: readonly {
      readonly alertname: string
      readonly exp_alerts: readonly object[]
    }[]
  }[]
}

const { groups }: RuleFile = parse(readFileSync(RULES, 'utf8'))
const alerts = groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []))
const expected = TESTS.flatMap((file) => {
  const { tests }: UnitTests = parse(readFileSync(join(FOLDER, file), 'utf8'))
  return tests.flatMap(({ alert_rule_test = [] }) => alert_rule_test)
})

test('promtool finds nothing wrong with the rules', () => {
  expect(promtool(['check', 'rules', '--lint-fatal', RULES])).toMatchObject({ ok: true })
})

test.each(TESTS)('the unit tests in %s pass', (file) => {
  const { ok, output } = promtool(['test', 'rules', join(FOLDER, file)])
  expect(ok, output).toBe(true)
})

describe.each(alerts)('%s', (alert) => {
  const cases = expected.filter(({ alertname }) => alertname === alert)

  test('has a unit test in which it fires, and one in which it is quiet', () => {
    expect(cases.filter(({ exp_alerts }) => exp_alerts.length > 0)).not.toEqual([])
    expect(cases.filter(({ exp_alerts }) => exp_alerts.length === 0)).not.toEqual([])
  })
})
