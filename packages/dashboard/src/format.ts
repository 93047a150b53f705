/**
 * Numbers as they are shown. A quantity is a number and its unit apart, so that the number can be set large and the unit
 * small; `textOf` joins them. Absent figures are an en dash.
 */
export interface Quantity {
  readonly value: string
  readonly unit: string
}

export const NONE = '–'
/** Between a number and its unit, and between thousands: narrow, and never a place to break. */
const NARROW = '\u202f'

export function textOf({ value, unit }: Quantity): string {
  return unit === '' ? value : `${value}${NARROW}${unit}`
}

const COUNT = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** `36 748`. */
export function grouped(value: number): string {
  return COUNT.format(value).replaceAll(',', NARROW)
}

/** Three digits that mean something: `4.21`, `42.1`, `421`. */
function threeDigits(value: number): string {
  if (value >= 99.95) return grouped(value)
  return value.toFixed(value >= 9.995 ? 1 : 2)
}

/** `36 748`, and from a million on `1.24 M`. */
export function count(value: number): Quantity {
  if (value >= 1e9) return { value: threeDigits(value / 1e9), unit: 'G' }
  if (value >= 1e6) return { value: threeDigits(value / 1e6), unit: 'M' }
  return { value: grouped(value), unit: '' }
}

/** A ratio in percent, one decimal. What is not all is not shown as 100, what is not nothing not as 0. */
export function percent(ratio: number): Quantity {
  const shown = ratio * 100
  if (ratio < 1 && shown > 99.9) return { value: '99.9', unit: '%' }
  if (ratio > 0 && shown < 0.1) return { value: '< 0.1', unit: '%' }
  return { value: ratio === 1 ? '100' : shown.toFixed(1), unit: '%' }
}

export function perSecond(rate: number): Quantity {
  if (rate >= 1e6) return { value: threeDigits(rate / 1e6), unit: 'M/s' }
  if (rate >= 10_000) return { value: threeDigits(rate / 1e3), unit: 'k/s' }
  return { value: rate === 0 ? '0' : threeDigits(rate), unit: '/s' }
}

/** A duration in the unit that suits it: `3 µs`, `4.2 ms`, `1.24 s`, `2.5 min`. */
export function duration(milliseconds: number): Quantity {
  if (milliseconds === 0) return { value: '0', unit: 'ms' }
  if (milliseconds < 0.001) return { value: '< 1', unit: 'µs' }
  if (milliseconds < 0.9995) return { value: (milliseconds * 1_000).toFixed(0), unit: 'µs' }
  if (milliseconds < 9.95) return { value: milliseconds.toFixed(1), unit: 'ms' }
  if (milliseconds < 999.5) return { value: milliseconds.toFixed(0), unit: 'ms' }
  if (milliseconds < 59_950) return { value: threeDigits(milliseconds / 1_000), unit: 's' }
  if (milliseconds < 3_597_000) return { value: (milliseconds / 60_000).toFixed(1), unit: 'min' }
  if (milliseconds < 172_800_000) return { value: (milliseconds / 3_600_000).toFixed(1), unit: 'h' }
  return { value: (milliseconds / 86_400_000).toFixed(1), unit: 'd' }
}

/** Milliseconds for a column under a heading that says so: two decimals, `< 0.01`. */
export function milliseconds(value: number): string {
  if (value > 0 && value < 0.005) return '< 0.01'
  return value >= 10_000 ? grouped(value) : value.toFixed(2)
}

/** A duration somebody chose: `15 min`, `1 h`, `90 s`. */
export function wholeDuration(seconds: number): Quantity {
  if (seconds >= 3_600 && seconds % 3_600 === 0) return { value: String(seconds / 3_600), unit: 'h' }
  if (seconds >= 60 && seconds % 60 === 0) return { value: String(seconds / 60), unit: 'min' }
  return { value: String(Math.round(seconds * 1_000) / 1_000), unit: 's' }
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

export function bytes(value: number): Quantity {
  const power = value < 1 ? 0 : Math.min(Math.floor(Math.log2(value) / 10), BYTE_UNITS.length - 1)
  const scaled = value / 1024 ** power
  return { value: power === 0 ? grouped(value) : threeDigits(scaled), unit: BYTE_UNITS[power] ?? 'B' }
}

/** `14 s`, `3 min`, `2 h`: how long ago, coarse. */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000))
  if (seconds < 90) return `${seconds}${NARROW}s`
  if (seconds < 5_400) return `${Math.round(seconds / 60)}${NARROW}min`
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)}${NARROW}h`
  return `${Math.round(seconds / 86_400)}${NARROW}d`
}

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const SHORT_CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

/** `14:03:59`, in the reader's time zone. */
export function clock(unix: number): string {
  return CLOCK.format(unix)
}

/** `14:03` */
export function shortClock(unix: number): string {
  return SHORT_CLOCK.format(unix)
}
