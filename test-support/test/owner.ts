import { spawn } from 'node:child_process'

/** A process of its own that owns servers, and can be killed without a chance to end them. */
export interface Owner {
  /** What the code has written, up to the line `ready`. */
  readonly output: string
  kill(): void
}

/** Runs code that finds the module of `@hitrate/test-support` as `support`, until it has written the line `ready`. */
export async function startOwner(code: string): Promise<Owner> {
  const module = new URL('../src/index.ts', import.meta.url).href
  const script = `const support = await import(${JSON.stringify(module)})\n${code}\nconsole.log('ready')`
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  for await (const chunk of owner.stdout) {
    output += chunk
    if (output.endsWith('ready\n')) break
  }
  return { output, kill: () => owner.kill('SIGKILL') }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
