/** One entrant of a race, alone in its process; started by `entrant-process.ts`, which ends it. */
import type { SubjectModule } from '../subject.ts'
import type { Answer, Order, Who } from './order.ts'
import { RACES } from './rows/races.ts'
import { type Turn, takeTurn } from './turn.ts'
import type { Trial, Work } from './works.ts'

process.on('disconnect', () => process.exit(1))

let work: Work | undefined
let concurrency = 1

process.on('message', async (message) => {
  const order: Order = JSON.parse(String(message))
  process.send?.(JSON.stringify(await answer(order)))
})

async function answer(order: Order): Promise<Answer> {
  try {
    if (order.do === 'prepare') {
      const { entrant, trial } = find(order.who)
      const { open, setUp }: SubjectModule = await import(entrant.module.href)
      work = await entrant.prepare(open, trial, order.redis)
      concurrency = trial.concurrency
      return { did: 'prepare', setUp }
    }
    if (work === undefined) throw new Error('nothing was prepared')
    if (order.do === 'turn') return { did: 'turn', turn: await turn(work, order.milliseconds) }
    await work.check()
    return { did: 'check' }
  } catch (error) {
    return { did: 'fail', error: error instanceof Error ? error.message : String(error) }
  }
}

function turn(ready: Work, milliseconds: number): Promise<Turn> {
  const take = () => takeTurn(ready, concurrency, milliseconds)
  return ready.around === undefined ? take() : ready.around(take)
}

function find(who: Who) {
  const race = RACES.find(({ name }) => name === who.race)
  const entrant = race?.entrants.find(({ name }) => name === who.entrant)
  const found = race?.trials.find(({ name }) => name === who.trial)
  if (entrant === undefined || found === undefined) throw new Error(`nobody is ${JSON.stringify(who)}`)
  const trial: Trial = { ...found, ...entrant.trial }
  return { entrant, trial }
}
