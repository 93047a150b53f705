const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const

/** Milliseconds of a duration such as `5m`; `NaN` when it is none. */
export function millisecondsOf(text: string): number {
  const unit = Object.entries(UNITS).find(([letter]) => text.endsWith(letter))?.[1] ?? Number.NaN
  return Number(text.slice(0, -1)) * unit
}

/** Milliseconds as people write them: `5m`. Days only from two on, because 24h reads better than 1d. */
export function spanText(milliseconds: number): string {
  if (milliseconds === 0) return '0s'
  const [letter, unit] = Object.entries(UNITS).find(
    ([letter, unit]) => milliseconds % unit === 0 && (letter !== 'd' || milliseconds > unit),
  ) ?? ['ms', 1]
  return `${milliseconds / unit}${letter}`
}
