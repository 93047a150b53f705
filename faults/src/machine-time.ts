/** Milliseconds on the machine's monotonic clock: what one process reads can be compared with what another does. */
export function machineNow(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
