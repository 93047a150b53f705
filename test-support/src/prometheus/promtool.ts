import { spawnSync } from 'node:child_process'
import { requireProgram } from '../programs.ts'

export interface Checked {
  readonly ok: boolean
  /** All it wrote. */
  readonly output: string
}

/**
 * Runs `promtool`: `promtool(['check', 'metrics'], answer)`.
 * @param input what it reads from its standard input
 */
export function promtool(args: readonly string[], input = ''): Checked {
  const { status, stdout, stderr } = spawnSync(requireProgram('promtool'), args, { input, encoding: 'utf8' })
  return { ok: status === 0, output: stdout + stderr }
}
