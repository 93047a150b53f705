import { describe, expect, it } from 'vitest'
import { OutageError, readArguments, USAGE } from '../src/outage/arguments.ts'
import { PHASES } from '../src/outage/timeline.ts'

describe('the options of the outage demonstration', () => {
  it('are a timeline of about a minute at 200 pages a second by default', () => {
    expect(readArguments([])).toEqual({
      seconds: { healthy: 10, frozen: 10, thawed: 10, killed: 10, restarted: 15 },
      rate: 200,
      json: false,
    })
  })

  it('set how long each phase takes, in milliseconds, seconds or minutes', () => {
    const given = readArguments([
      '--healthy',
      '500ms',
      '--frozen=2.5s',
      '--restarted',
      '2m',
      '--rate',
      '50',
      '--json',
    ])
    expect(given).toMatchObject({
      seconds: { healthy: 0.5, frozen: 2.5, thawed: 10, restarted: 120 },
      rate: 50,
      json: true,
    })
  })

  it('are explained by --help, every one of them', () => {
    expect(readArguments(['--help', '--frozen', '1s'])).toBe('help')
    for (const option of [...PHASES, 'rate', 'json', 'help']) expect(USAGE).toContain(`--${option} `)
  })

  it.each([
    [['--frozn', '3s'], "Unknown option '--frozn'; accepted: --healthy, --frozen, --thawed, --killed, "],
    [['now'], "Unexpected argument 'now'"],
    [['--frozen'], "Option '--frozen <value>' argument missing"],
    [
      ['--killed', '3'],
      '--killed: "3" given; accepted: a duration from 100ms to 60m, such as 500ms, 10s or 2m',
    ],
    [['--killed', '10ms'], '--killed: "10ms" given'],
    [['--killed', '2h'], '--killed: "2h" given'],
    [['--rate', '0'], '--rate: "0" given; accepted: a whole number from 1 to 2000'],
    [['--rate', '2001'], '--rate: "2001" given'],
  ])('are refused by name: %j', (args, message) => {
    expect(() => readArguments(args)).toThrow(OutageError)
    expect(() => readArguments(args)).toThrow(message)
  })
})
