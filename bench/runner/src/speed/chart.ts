/** Bars of one trial as an SVG: read in light and in dark, and by those who hear it. */

export interface Bar {
  readonly name: string
  /** In any unit; all bars of a chart have the same. */
  readonly value: number
  readonly low: number
  readonly high: number
  /** What a reader is told of it. */
  readonly text: string
  /** Ours is seen first. */
  readonly kind: 'ours' | 'peer' | 'limit'
}

const WIDTH = 860
const LEFT = 250
const RIGHT = 120
const TOP = 74
const STEP = 30
const BAR = 18

/** @param about what a bar is, and which way is better */
export function barChart(title: string, about: string, bars: readonly Bar[]): string {
  const height = TOP + STEP * bars.length + 14
  const most = Math.max(...bars.map(({ high }) => high))
  const x = (value: number) => Math.round(LEFT + (value / most) * (WIDTH - LEFT - RIGHT))
  const described = bars.map(({ name, text }) => `${name}: ${text}`).join('; ')
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title description">`,
    `  <title id="title">${escaped(title)}</title>`,
    `  <desc id="description">${escaped(`${about}. ${described}.`)}</desc>`,
    STYLE,
    `  <rect class="panel" x="1" y="1" width="${WIDTH - 2}" height="${height - 2}" rx="12" />`,
    `  <text class="title" x="24" y="34">${escaped(title)}</text>`,
    `  <text class="about" x="24" y="56">${escaped(about)}</text>`,
    ...bars.flatMap((bar, index) => {
      const y = TOP + STEP * index
      const middle = y + BAR / 2
      return [
        `  <text class="name ${bar.kind}" x="${LEFT - 12}" y="${middle + 5}">${escaped(bar.name)}</text>`,
        `  <rect class="bar ${bar.kind}" x="${LEFT}" y="${y}" width="${Math.max(2, x(bar.value) - LEFT)}" height="${BAR}" rx="3" />`,
        `  <path class="spread" d="M${x(bar.low)} ${middle}H${x(bar.high)}" />`,
        `  <text class="value" x="${x(bar.high) + 10}" y="${middle + 5}">${escaped(bar.text)}</text>`,
      ]
    }),
    '</svg>',
    '',
  ].join('\n')
}

const STYLE = `  <style>
    .panel { fill: #f6f8fa; stroke: #d0d7de }
    text { font: 14px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328 }
    .title { font-weight: 600; font-size: 16px }
    .about { fill: #59636e; font-size: 12.5px }
    .name { text-anchor: end }
    .name.ours { font-weight: 600 }
    .name.limit { font-style: italic }
    .bar.ours { fill: #1a7f37 }
    .bar.peer { fill: #8c959f }
    .bar.limit { fill: #c8d1da }
    .spread { stroke: #1f2328; stroke-width: 1.4 }
    @media (prefers-color-scheme: dark) {
      .panel { fill: #161b22; stroke: #3d444d }
      text { fill: #e6edf3 }
      .about { fill: #9198a1 }
      .bar.ours { fill: #3fb950 }
      .bar.peer { fill: #6e7681 }
      .bar.limit { fill: #3d444d }
      .spread { stroke: #e6edf3 }
    }
  </style>`

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
