import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './child.ts'

/** What is read here of a dashboard of Grafana's classic model. */
export interface Board {
  readonly uid: string
  readonly title: string
  readonly tags: readonly string[]
  readonly links: readonly { readonly type: string; readonly tags: readonly string[] }[]
  readonly panels: readonly Panel[]
  readonly annotations: { readonly list: readonly Annotation[] }
  readonly templating: { readonly list: readonly Variable[] }
}

export interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly datasource?: { readonly uid: string }
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } }
  readonly targets?: readonly Target[]
}

interface Target {
  readonly expr: string
  readonly legendFormat: string
  readonly datasource: { readonly uid: string }
}

interface Annotation {
  readonly name: string
  readonly builtIn?: number
  readonly expr?: string
}

interface Variable {
  readonly name: string
  readonly type: string
  readonly definition?: string
}

const FOLDER = join(repository, 'deploy/grafana')

export const boards: readonly Board[] = globSync('*.json', { cwd: FOLDER })
  .sort()
  .map((file): Board => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')))

/** Everything a board asks Prometheus, and where. */
export interface Asked {
  readonly where: string
  readonly expression: string
  /** Labels that the legend names. */
  readonly legend: readonly string[]
}

export function askedBy(board: Board): readonly Asked[] {
  const asked = (what: string, expression: string, legend = ''): Asked => ({
    where: `${board.title}: ${what}`,
    expression: filledIn(expression),
    legend: [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label),
  })
  return [
    ...board.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr, legendFormat }) => asked(title, expr, legendFormat)),
    ),
    ...board.annotations.list.flatMap(({ name, expr }) =>
      expr === undefined ? [] : [asked(`annotation ${name}`, expr)],
    ),
    ...board.templating.list.flatMap(({ name, definition }) => {
      const [, metric, label] = /^label_values\((.+), (\w+)\)$/.exec(definition ?? '') ?? []
      return metric === undefined ? [] : [asked(`variable ${name}`, `count by (${label}) (${metric})`)]
    }),
  ]
}

/** As Grafana would with everything chosen; what looks at yesterday looks at now. */
function filledIn(expression: string): string {
  return expression
    .replaceAll('$__rate_interval', '1m')
    .replace(/\$(cache|instance)\b/g, '.*')
    .replace(/ offset \d+[a-z]/g, '')
}
