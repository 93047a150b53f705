import { setTimeout as sleep } from 'node:timers/promises'
import type { WarmRunAnswer, WarmStartedAnswer } from '../../contract/answers.ts'
import { type Context, type Report, withQuery } from '../command.ts'
import { EXIT } from '../failure.ts'
import { count, milliseconds, printable } from '../format.ts'
import { withoutFleet } from '../scope.ts'
import type { Style, Tone } from '../style.ts'
import { table } from '../table.ts'

/** Between two looks at a run. */
const POLL_MS = 300

const COLUMNS = ['Strategy', 'Status', 'Warmed', 'Fresh', 'Absent', 'Failed', 'Took'] as const

type Status = WarmRunAnswer['strategies'][number]['status']

function toneOf(status: Status): Tone {
  if (status === 'done') return 'good'
  return status === 'failed' || status === 'cancelled' ? 'bad' : 'faint'
}

/** One line on how far a run is. */
function progress({ strategies, keys_warmed, failed }: WarmRunAnswer): string {
  const ended = strategies.filter(({ status }) => status !== 'running' && status !== 'waiting').length
  const running = strategies.filter(({ status }) => status === 'running').map(({ name }) => printable(name))
  const what = running.length === 0 ? '' : `: ${running.join(', ')}`
  const failures = failed === 0 ? '' : `, ${count(failed)} failed`
  return `warming, ${ended} of ${strategies.length} strategies done, ${count(keys_warmed)} keys${failures}${what}`
}

function reportOf(run: WarmRunAnswer, style: Style): readonly string[] {
  const rows = run.strategies.map((strategy) => [
    printable(strategy.name),
    style(toneOf(strategy.status), strategy.status),
    count(strategy.keys_warmed),
    count(strategy.already_fresh),
    count(strategy.absent),
    count(strategy.failed),
    milliseconds(strategy.took_ms),
  ])
  const errors = run.strategies.flatMap(({ name, error }) =>
    error === undefined ? [] : [style('bad', `${printable(name)}: ${printable(error)}`)],
  )
  return [
    ...table(
      [COLUMNS.map((name) => style('faint', name)), ...rows],
      ['left', 'left', 'right', 'right', 'right', 'right', 'right'],
    ),
    ...errors,
    `${run.status}: ${count(run.keys_warmed)} keys warmed in ${milliseconds(run.took_ms)}`,
  ]
}

/**
 * Starts a run, follows it until it ends, and reports.
 * @param show told how far it is, each time that has changed
 */
export async function warm(context: Context, show: (line: string) => void): Promise<Report> {
  const { client, arguments: given, style } = context
  const body = given.strategies.length === 0 ? {} : { strategies: given.strategies }
  const { scope } = given
  const { value: started } = await client.post<WarmStartedAnswer>(withQuery('/warm', { scope }), body, [
    'run_id',
  ])
  const path = withQuery(`/warm/runs/${encodeURIComponent(started.run_id)}`, { scope })
  const alone =
    scope === 'fleet' && started.scope !== 'fleet' ? [style('doubtful', withoutFleet(undefined))] : []
  let shown = ''
  for (;;) {
    const { value: run, text } = await client.get<WarmRunAnswer>(path, ['run_id', 'status', 'strategies'])
    if (run.status !== 'running') {
      const well =
        run.status === 'done' && run.failed === 0 && run.strategies.every(({ status }) => status === 'done')
      return {
        lines: [...alone, ...reportOf(run, style)],
        json: text,
        exitCode: well ? EXIT.ok : EXIT.warning,
      }
    }
    const line = progress(run)
    if (line !== shown) show(line)
    shown = line
    await sleep(POLL_MS)
  }
}
