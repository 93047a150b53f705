import { describe, expect, it } from 'vitest'
import { createLogger } from '../src/logging.ts'

function logged(isTTY: boolean): readonly string[] {
  const lines: string[] = []
  const logger = createLogger({ isTTY, write: (text: string) => lines.push(text) })
  logger.info({ cache: 'marketplace' }, 'cache ready (memory)')
  logger.warn({ err: new Error('gone') }, 'searches were not logged')
  return lines
}

describe('the log', () => {
  it('is a JSON object a line for machines', () => {
    expect(logged(false).map((line) => JSON.parse(line))).toMatchObject([
      { level: 30, cache: 'marketplace', msg: 'cache ready (memory)' },
      { level: 40, err: { message: 'gone' }, msg: 'searches were not logged' },
    ])
  })

  it('is plain lines on a terminal, with details from warnings on', () => {
    const [info, warning] = logged(true)
    expect(info).toMatch(/^\d\d:\d\d:\d\d cache ready \(memory\)\n$/)
    expect(warning).toMatch(/^\d\d:\d\d:\d\d WARN searches were not logged {"err":{.*"message":"gone".*}}\n$/)
  })
})
