import { readFile } from 'node:fs/promises'

/** Of the kernel's clock in `/proc`, on every Linux there is. */
const NANOSECONDS_PER_TICK = 1e7
/** Fields behind the name, which may hold spaces: of its own and of the system for it. */
const USER_TICKS = 11
const SYSTEM_TICKS = 12

/** Nanoseconds of processor time that another process has taken; `undefined` where the system doesn't tell. */
export async function cpuOfProcess(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ')
  if (fields === undefined) return undefined
  return (Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS])) * NANOSECONDS_PER_TICK
}
