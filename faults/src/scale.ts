/** Whether the long variants run: `npm run faults -- --long`. Else the quick ones, which are part of `npm test`. */
export const LONG: boolean = process.env.FAULTS_LONG === '1'

/** A number for the quick set and one for the long. */
export function scaled(quick: number, long: number): number {
  return LONG ? long : quick
}

/** Timeout of a test that takes this long in the long set. */
export function patience(longSeconds: number): number {
  return LONG ? longSeconds * 2_000 + 60_000 : 60_000
}
