/** Makes a process write the format after today's: `node --import next-format.ts`. */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

/** Where the number of the format stands, and nowhere else: `two-formats.test.ts` sees that it was found. */
const FORMAT = /^(?<start>(?:export )?const FORMAT(?:: \w+)? = )(?<number>\d+)$/m

registerHooks({
  load(url, context, nextLoad) {
    if (!url.includes('/src/stores/redis/')) return nextLoad(url, context)
    const source = readFileSync(fileURLToPath(url), 'utf8').replace(
      FORMAT,
      (_, start: string, number: string) => `${start}${Number(number) + 1}`,
    )
    return { format: 'module-typescript', source, shortCircuit: true }
  },
})
