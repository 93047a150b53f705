/** How figures look to a person: each with its unit, and no more digits than say something. */

/** `12 345`: a space at each thousand. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ')
}

export function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`
}

/** `0.42 ms`, `12.3 ms`, `250 ms`, `1.2 s`. */
export function milliseconds(value: number): string {
  if (value >= 1_000) return `${(value / 1_000).toFixed(1)} s`
  return `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)} ms`
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB'] as const

export function bytes(value: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(value, 1)) / 10), BYTE_UNITS.length - 1)
  return `${(value / 1_024 ** power).toFixed(power === 0 ? 0 : 1)} ${BYTE_UNITS[power]}`
}

const SPANS = [
  ['d', 2 * 86_400, 86_400],
  ['h', 3_600, 3_600],
  ['min', 60, 60],
  ['s', 0, 1],
] as const

/** `45 s`, `12 min`, `3.5 h`, `24 h`, `2 d`. */
export function span(seconds: number): string {
  const [unit, , length] = SPANS.find(([, from]) => seconds >= from) ?? ['s', 0, 1]
  return `${Math.round((seconds / length) * 10) / 10} ${unit}`
}

/** `2026-01-01 00:00:40 UTC` */
export function instant(iso: string): string {
  return printable(iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'))
}

/** Text from the monitor without what a terminal takes for a command: patterns come from keys anybody may ask for. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}')
}
