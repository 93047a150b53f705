import type { BareHealthAnswer, HealthAnswer } from '../../contract/answers.ts'
import { type Command, withQuery } from '../command.ts'
import { EXIT, type ExitCode, Failure } from '../failure.ts'
import { count, milliseconds, percent, printable } from '../format.ts'
import { scopeLines } from '../scope.ts'
import type { Tone } from '../style.ts'

type Status = HealthAnswer['status']

const MEANING: Readonly<Record<Status, { readonly exitCode: ExitCode; readonly tone: Tone }>> = {
  healthy: { exitCode: EXIT.ok, tone: 'good' },
  warning: { exitCode: EXIT.warning, tone: 'doubtful' },
  degraded: { exitCode: EXIT.degraded, tone: 'bad' },
}

function figuresOf(health: HealthAnswer): readonly string[] {
  const figures = [
    `${count(health.total_requests)} lookups`,
    `hit rate ${percent(health.hit_rate)}`,
    `avg ${milliseconds(health.avg_response_time_ms)}`,
    `p95 ${milliseconds(health.p95_response_time_ms)}`,
  ]
  const few = health.sample === 'insufficient' ? ['Too few lookups to judge rates and times.'] : []
  return [...health.warnings.map((warning) => `- ${printable(warning)}`), figures.join(', '), ...few]
}

export const health: Command = async ({ client, arguments: { window, scope }, style }) => {
  const path = withQuery('/health', { window, scope })
  const { value, text } = await client.get<HealthAnswer | BareHealthAnswer>(path, ['status', 'timestamp'])
  const meaning = Object.hasOwn(MEANING, value.status) ? MEANING[value.status] : undefined
  if (meaning === undefined) {
    throw new Failure(
      EXIT.failed,
      `the monitor says the status ${JSON.stringify(value.status)}, which is not known here`,
    )
  }
  // Without a token a monitor in production tells the status alone.
  const figures = 'hit_rate' in value ? figuresOf(value) : ['Nothing else is told without a token.']
  const whose = 'hit_rate' in value ? scopeLines(value, style) : []
  return {
    lines: [style(meaning.tone, value.status), ...figures, ...whose],
    json: text,
    exitCode: meaning.exitCode,
  }
}
