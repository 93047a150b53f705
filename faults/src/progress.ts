import { appendFileSync } from 'node:fs'

const FILE = process.env.FAULTS_PROGRESS

/** Says how far a long scenario has come: `main.ts` shows the last word. */
export function progress(line: string): void {
  if (FILE !== undefined) appendFileSync(FILE, `${line}\n`)
}
