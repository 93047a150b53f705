import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of real data beside the repository; it is not part of it and may be missing. */
export const realData: string = fileURLToPath(new URL('../../../../../shared/data', import.meta.url))

/** For `describe.skipIf`: says so when the folder is missing. */
export function realDataMissing(): boolean {
  const missing = !existsSync(realData)
  if (missing) console.warn('skipped: tests on real data need ../shared/data beside the repository')
  return missing
}
