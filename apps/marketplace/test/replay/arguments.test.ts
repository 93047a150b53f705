import { describe, expect, it } from 'vitest'
import { ReplayError, readArguments, USAGE } from '../../src/replay/arguments.ts'

const read = (...args: string[]) => readArguments(args, '/orders')

describe('the arguments of a replay', () => {
  it('need a file alone; the rest has defaults', () => {
    expect(read('2011-03.csv.gz', '/other/x.csv')).toEqual({
      files: ['/orders/2011-03.csv.gz', '/other/x.csv'],
      speed: 'max',
      url: 'http://127.0.0.1:8000',
      concurrency: 10,
    })
  })

  it('may be given before or after the files', () => {
    expect(read('--speed', '60x', 'a.csv', '--url=http://shop:81/', '--concurrency', '4')).toEqual({
      files: ['/orders/a.csv'],
      speed: { times: 60 },
      url: 'http://shop:81',
      concurrency: 4,
    })
    expect(read('a.csv', '--speed=1x')).toMatchObject({ speed: { times: 1 } })
    expect(read('a.csv', '--speed=0.5x')).toMatchObject({ speed: { times: 0.5 } })
  })

  it('may ask for help, which names every option', () => {
    expect(read('--help')).toBe('help')
    for (const option of ['--speed', '--url', '--concurrency', '--help', 'FILE'])
      expect(USAGE).toContain(option)
  })

  it.each([
    [[], 'no file given; accepted: one or more .csv or .csv.gz'],
    [
      ['a.csv', '--speed', 'fast'],
      "--speed: \"fast\" given; accepted: 'max', or a multiple of the file's own pace such as 60x or 1x",
    ],
    [
      ['a.csv', '--speed', '0x'],
      "--speed: \"0x\" given; accepted: 'max', or a multiple of the file's own pace such as 60x or 1x",
    ],
    [['a.csv', '--url', 'shop:81'], '--url: "shop:81" given; accepted: http://host:port'],
    [['a.csv', '--concurrency', '0'], '--concurrency: "0" given; accepted: a whole number from 1 to 256'],
    [['a.csv', '--concurrency', '1e2'], '--concurrency: "1e2" given; accepted: a whole number from 1 to 256'],
    [
      ['a.csv', '--sped', 'max'],
      "Unknown option '--sped'; accepted: FILE..., --speed, --url, --concurrency, --help",
    ],
    [
      ['a.csv', '--speed'],
      "Option '--speed <value>' argument missing; accepted: FILE..., --speed, --url, --concurrency, --help",
    ],
  ])('are refused in one line: %j', (args, message) => {
    expect(() => read(...args)).toThrow(new ReplayError(message))
  })
})
