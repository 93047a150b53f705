/** One entrant of a race, alone in its process. */
import type { SubjectModule } from '../../subject.ts'
import { answerOrders } from '../asked-process.ts'
import { RACES } from '../rows/races.ts'
import { takeTurn } from '../turn.ts'
import type { Trial, Work } from '../works.ts'
import type { EntrantAnswer, EntrantOrder, Who } from './entrant-order.ts'

let work: Work | undefined
let concurrency = 1

answerOrders<EntrantOrder, EntrantAnswer>(async (order) => {
  if (order.do === 'prepare') {
    const { entrant, trial } = find(order.who)
    const { open, setUp }: SubjectModule = await import(entrant.module.href)
    work = await entrant.prepare(open, trial, order.redis)
    concurrency = trial.concurrency
    return { setUp }
  }
  if (work === undefined) throw new Error('nothing was prepared')
  const ready = work
  if (order.do === 'check') {
    await ready.check()
    return {}
  }
  const take = () => takeTurn(ready, concurrency, order.milliseconds)
  return { turn: ready.around === undefined ? await take() : await ready.around(take) }
})

function find(who: Who) {
  const race = RACES.find(({ name }) => name === who.race)
  const entrant = race?.entrants.find(({ name }) => name === who.entrant)
  const found = race?.trials.find(({ name }) => name === who.trial)
  if (entrant === undefined || found === undefined) throw new Error(`nobody is ${JSON.stringify(who)}`)
  const trial: Trial = { ...found, ...entrant.trial }
  return { entrant, trial }
}
