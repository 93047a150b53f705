import assert from 'node:assert/strict'
import type { Board } from '../../stores/board.ts'
import type { Store } from '../../stores/store.ts'
import { BODY, LONG, SHORT, type StoreCheck } from './subject.ts'

function boardOf({ board }: Store): Board {
  if (board === undefined) throw new Error('the store has no board')
  return board
}

const idsOf = async (board: Board, within = LONG): Promise<string[]> =>
  (await board.members(within)).members.map(({ id }) => id).sort()

/** What a store with a {@link Board} must keep. */
export const BOARD_CHECKS: readonly StoreCheck[] = [
  {
    name: 'a note is read by others as it was left, and the last one stays',
    async run({ store, other }) {
      const [board, theirs] = [boardOf(store), boardOf(other)]
      assert.equal(await board.post({ name: 'a', body: BODY, life: LONG, onlyAbsent: false }), true)
      assert.deepEqual(await theirs.read(['b', 'a']), [undefined, BODY])
      const next = Buffer.from('next')
      assert.equal(await theirs.post({ name: 'a', body: next, life: LONG, onlyAbsent: false }), true)
      assert.deepEqual(await board.read(['a']), [next])
    },
  },
  {
    name: 'many notes are read in the order of their names, wherever they lie',
    async run({ store, other }) {
      const names = Array.from({ length: 250 }, (_, place) => `n${place}:x`)
      await Promise.all(
        names.map((name) =>
          boardOf(store).post({ name, body: Buffer.from(name), life: LONG, onlyAbsent: false }),
        ),
      )
      const read = await boardOf(other).read(names.toReversed())
      assert.deepEqual(
        read.map((body) => body?.toString()),
        names.toReversed(),
      )
    },
  },
  {
    name: 'a note to be left only where none is leaves the one that is there',
    async run({ store, other }) {
      const note = { name: 'a', life: LONG, onlyAbsent: true }
      assert.equal(await boardOf(store).post({ ...note, body: BODY }), true)
      assert.equal(await boardOf(other).post({ ...note, body: Buffer.from('late') }), false)
      assert.deepEqual(await boardOf(store).read(['a']), [BODY])
    },
  },
  {
    name: 'a note goes when its life has passed',
    async run({ store, other, pass }) {
      await boardOf(store).post({ name: 'a', body: BODY, life: SHORT, onlyAbsent: false })
      await pass(SHORT)
      assert.deepEqual(await boardOf(other).read(['a']), [undefined])
      assert.equal(await boardOf(other).post({ name: 'a', body: BODY, life: LONG, onlyAbsent: true }), true)
    },
  },
  {
    name: 'who enrols is listed with the card given last, and since when by the server',
    async run({ store, other, pass }) {
      const [board, theirs] = [boardOf(store), boardOf(other)]
      await board.enrol('one', Buffer.from('first'), LONG)
      await theirs.enrol('two', BODY, LONG)
      const before = await board.members(LONG)
      await pass(5)
      await board.enrol('one', Buffer.from('second'), LONG)
      const after = await theirs.members(LONG)
      const cardOf = (id: string, { members } = after) => members.find((member) => member.id === id)
      assert.deepEqual(cardOf('one')?.card, Buffer.from('second'))
      assert.deepEqual(cardOf('two')?.card, BODY)
      assert.ok((cardOf('one')?.seenAt ?? 0) > (cardOf('one', before)?.seenAt ?? 0))
      assert.equal(cardOf('two')?.seenAt, cardOf('two', before)?.seenAt)
      assert.ok(after.now >= (cardOf('one')?.seenAt ?? Number.NaN))
    },
  },
  {
    name: 'who has not enrolled for long is struck off, and may enrol again',
    async run({ store, other, pass }) {
      const [board, theirs] = [boardOf(store), boardOf(other)]
      await board.enrol('old', BODY, LONG)
      await pass(5 * SHORT)
      await board.enrol('new', BODY, LONG)
      assert.deepEqual(await idsOf(theirs), ['new', 'old'])
      assert.deepEqual(await idsOf(theirs, 5 * SHORT), ['new'])
      assert.deepEqual(await idsOf(theirs), ['new'])
      await board.enrol('old', BODY, LONG)
      assert.deepEqual(await idsOf(theirs), ['new', 'old'])
    },
  },
  {
    name: 'the list of members goes when nobody has enrolled for its life',
    async run({ store, other, pass }) {
      await boardOf(store).enrol('one', BODY, LONG)
      await boardOf(store).enrol('two', BODY, SHORT)
      await pass(SHORT)
      assert.deepEqual((await boardOf(other).members(LONG)).members, [])
    },
  },
  {
    name: 'a lease has one holder, who may renew it and give it back',
    async run({ store, other }) {
      const [board, theirs] = [boardOf(store), boardOf(other)]
      assert.equal(await board.lease('job', 'one', LONG), 'one')
      assert.equal(await theirs.lease('job', 'two', LONG), 'one')
      assert.equal(await theirs.lease('other', 'two', LONG), 'two')
      assert.equal(await board.lease('job', 'one', LONG), 'one')
      assert.equal(await theirs.lease('job', 'two', 0), 'one')
      assert.equal(await board.lease('job', 'one', 0), '')
      assert.equal(await theirs.lease('job', 'two', LONG), 'two')
    },
  },
  {
    name: 'a lease that is not renewed is free when its life has passed',
    async run({ store, other, pass }) {
      await boardOf(store).lease('job', 'one', SHORT)
      await pass(SHORT)
      assert.equal(await boardOf(other).lease('job', 'two', LONG), 'two')
      assert.equal(await boardOf(store).lease('job', 'one', LONG), 'two')
    },
  },
  {
    name: 'of many who want a lease at once one gets it',
    async run({ store, other }) {
      const holders = Array.from({ length: 20 }, (_, place) => `holder ${place}`)
      const held = await Promise.all(
        holders.map((holder, place) => boardOf(place % 2 === 0 ? store : other).lease('job', holder, LONG)),
      )
      assert.equal(new Set(held).size, 1)
    },
  },
  {
    name: 'a flush takes the board as well',
    async run({ store, other, flush }) {
      await boardOf(store).post({ name: 'a', body: BODY, life: LONG, onlyAbsent: false })
      await boardOf(store).enrol('one', BODY, LONG)
      await boardOf(store).lease('job', 'one', LONG)
      await flush()
      assert.deepEqual(await boardOf(other).read(['a']), [undefined])
      assert.deepEqual((await boardOf(other).members(LONG)).members, [])
      assert.equal(await boardOf(other).lease('job', 'two', LONG), 'two')
    },
  },
  {
    name: 'notes are no entries: a scan does not find them',
    async run({ store, other }) {
      await boardOf(store).post({ name: 'a', body: BODY, life: LONG, onlyAbsent: false })
      await boardOf(store).enrol('one', BODY, LONG)
      assert.deepEqual((await other.scan('*', undefined)).keys, [])
    },
  },
]
