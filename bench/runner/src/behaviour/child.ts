/** One probe of one subject, alone in its process; started by `run-probe.ts`, which ends it. */
import type { RedisAddress, SubjectModule } from '../subject.ts'
import type { Order, ProbeReport } from './order.ts'
import { PROBES } from './probes/index.ts'
import { describe } from './waiting.ts'

const uncaught: string[] = []
// What would have ended a service is a finding, not the end of the probe.
process.on('uncaughtException', (error) => uncaught.push(describe(error)))
process.on('unhandledRejection', (reason) => uncaught.push(describe(reason)))
process.on('disconnect', () => process.exit(1))

process.once('message', async (message) => {
  const order: Order = JSON.parse(String(message))
  const report = await carryOut(order)
  process.send?.(JSON.stringify(report))
})

async function carryOut({ module, probe, redis }: Order): Promise<ProbeReport<typeof probe>> {
  try {
    const { open, setUp }: SubjectModule = await import(module)
    const address: RedisAddress | undefined = redis
    const finding = await PROBES[probe].run(open, address)
    return { setUp, finding, uncaught }
  } catch (error) {
    return { error: describe(error), uncaught }
  }
}
