import type { HistogramValue } from 'hitrate/metrics'

/**
 * The two formats a Prometheus reads. They differ in little: OpenMetrics names a counter's family without `_total`,
 * escapes quotes in help, and says where it ends. Series are the same in both.
 */
export const FORMATS = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const
export type Format = keyof typeof FORMATS

export type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly labels: Labels
  readonly value: number
}

interface HistogramSample {
  readonly labels: Labels
  readonly value: HistogramValue
}

/** All series of one name. A counter's name is without its `_total`. */
export type Family = { readonly name: string; readonly help: string } & (
  | { readonly type: 'counter' | 'gauge'; readonly samples: readonly Sample[] }
  | {
      readonly type: 'histogram'
      readonly samples: readonly HistogramSample[]
      /** The buckets' borders, as exponents of two. */
      readonly exponents: readonly number[]
    }
)

/** Writes the families as text; families without series are left out. */
export function exposition(families: readonly Family[], format: Format): string {
  const written = families.filter(({ samples }) => samples.length > 0).map((one) => family(one, format))
  return `${written.join('')}${format === 'openmetrics' ? '# EOF\n' : ''}`
}

function family(one: Family, format: Format): string {
  const named = one.type === 'counter' && format === 'text' ? `${one.name}_total` : one.name
  const head = `# HELP ${named} ${escapeHelp(one.help, format)}\n# TYPE ${named} ${one.type}\n`
  if (one.type === 'histogram') {
    const { name, exponents } = one
    return head + one.samples.map((sample) => histogram(name, sample, exponents)).join('')
  }
  const name = one.type === 'counter' ? `${one.name}_total` : one.name
  return head + one.samples.map(({ labels, value }) => line(name, labels, value)).join('')
}

function histogram(name: string, { labels, value }: HistogramSample, exponents: readonly number[]): string {
  const bucket = (le: string, count: number): string => line(`${name}_bucket`, { ...labels, le }, count)
  return [
    ...exponents.map((exponent) => bucket(border(2 ** exponent), value.atMost(exponent))),
    bucket('+Inf', value.count),
    line(`${name}_sum`, labels, value.sum),
    line(`${name}_count`, labels, value.count),
  ].join('')
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
  return `${name}{${pairs.join(',')}} ${value}\n`
}

/** As OpenMetrics wants a border, `1.0` and `9.5367431640625e-07`: the same series in both formats. */
function border(value: number): string {
  const text = String(value).replace(/e([+-])(\d)$/, 'e$10$2')
  return /[.e]/.test(text) ? text : `${text}.0`
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' }

function escapeLabel(text: string): string {
  return text.replace(/[\\\n"]/g, (character) => ESCAPES[character] ?? '')
}

function escapeHelp(text: string, format: Format): string {
  return text.replace(format === 'openmetrics' ? /[\\\n"]/g : /[\\\n]/g, (one) => ESCAPES[one] ?? '')
}
