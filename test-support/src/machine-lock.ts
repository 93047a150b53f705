import { readlink, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 250

/**
 * Runs `work` while no other process on this machine runs work under the same name; waits as long as the holder lives.
 * The lock is a symbolic link to the holder's process id: it comes into being with its content or not at all, so a
 * holder that died is always known by its id.
 */
export async function withMachineLock<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  const lock = join(tmpdir(), `${name}.lock`)
  while (!(await acquired(lock))) {
    if (await holderDied(lock)) await rm(lock, { force: true })
    else await sleep(POLL_MS)
  }
  try {
    return await work()
  } finally {
    await rm(lock, { force: true })
  }
}

async function acquired(lock: string): Promise<boolean> {
  try {
    await symlink(String(process.pid), lock)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

async function holderDied(lock: string): Promise<boolean> {
  try {
    process.kill(Number(await readlink(lock)), 0)
    return false
  } catch (error) {
    // ENOENT: let go in the meantime. EPERM: alive, under another account.
    return hasCode(error, 'ESRCH')
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
