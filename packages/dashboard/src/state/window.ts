/** How far back the page looks. `live` is the last minute, told anew every second or two. */
export const WINDOWS = ['live', '15m', '1h', '6h', '24h'] as const
export type WindowName = (typeof WINDOWS)[number]

interface WindowSetting {
  readonly label: string
  /** As the figures' sentence says it. */
  readonly phrase: string
  /** What statistics are asked for. */
  readonly stats: string
  /** What charts are asked for: a minute would be no picture. */
  readonly series: string
  readonly chartSeconds: number
  /** Between two questions. */
  readonly everyMs: number
}

export const WINDOW_SETTINGS: Readonly<Record<WindowName, WindowSetting>> = {
  live: {
    label: 'Live',
    phrase: 'the last minute',
    stats: '1m',
    series: '5m',
    chartSeconds: 300,
    everyMs: 2_000,
  },
  '15m': {
    label: '15 min',
    phrase: 'the last 15 minutes',
    stats: '15m',
    series: '15m',
    chartSeconds: 900,
    everyMs: 5_000,
  },
  '1h': {
    label: '1 h',
    phrase: 'the last hour',
    stats: '1h',
    series: '1h',
    chartSeconds: 3_600,
    everyMs: 10_000,
  },
  '6h': {
    label: '6 h',
    phrase: 'the last 6 hours',
    stats: '6h',
    series: '6h',
    chartSeconds: 21_600,
    everyMs: 30_000,
  },
  '24h': {
    label: '24 h',
    phrase: 'the last 24 hours',
    stats: '24h',
    series: '24h',
    chartSeconds: 86_400,
    everyMs: 30_000,
  },
}
