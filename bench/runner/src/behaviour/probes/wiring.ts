import { ask, type Item, type Open, type RedisAddress } from '../../subject.ts'

/**
 * Whether the subject is set up as its figures claim: a hit loads nothing, keys are apart, a deleted key is loaded
 * again, and with Redis a second instance finds what the first has stored. Throws what is wrong.
 */
export async function wiring(open: Open, redis: RedisAddress | undefined): Promise<'as expected'> {
  let loads = 0
  const load = async (key: string): Promise<Item> => ({ key, version: `load ${++loads}` })
  const subject = open({ load, redis })
  await subject.ready?.()

  const expectItem = async (key: string, version: string, why: string, asked = subject) => {
    const found = await ask(asked, key)
    if (found.key !== key || found.version !== version) {
      throw new Error(`${why}: expected ${version} of ${key}, got ${JSON.stringify(found)}`)
    }
  }
  await expectItem('a', 'load 1', 'a cold key is loaded')
  await expectItem('a', 'load 1', 'a hit loads nothing')
  await expectItem('b', 'load 2', 'another key is loaded by itself')
  await subject.delete('a')
  await expectItem('a', 'load 3', 'a deleted key is loaded again')
  await expectItem('b', 'load 2', 'a delete leaves other keys alone')
  if (redis !== undefined) {
    const other = open({ load, redis })
    await other.ready?.()
    await expectItem('b', 'load 2', 'another instance finds in Redis what this one has stored', other)
  }
  return 'as expected'
}
