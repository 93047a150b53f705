import type { Board, Member } from '../board.ts'
import type { Argument } from './connection.ts'
import type { KeySpace } from './keys.ts'
import { bytesOrNull, integer, list, text } from './replies.ts'
import { type Script, script } from './script.ts'

/** What stands before a card: when it was enrolled, as a big-endian double. */
const STAMP = 8

/** The keys of a board are read by nobody's L1: who is told of their changes has no use for it. */
const NONE = (): readonly string[] => []

/** What is of another type is not ours, and is replaced. */
const FAILED = `
local function failed(reply) return type(reply) == 'table' and reply.err ~= nil end
`

/** KEYS members; ARGV id, card, life. */
const ENROL: Script = script(
  `${FAILED}local card = stamp(now) .. ARGV[2]
if failed(redis.pcall('HSET', KEYS[1], ARGV[1], card)) then
  redis.call('UNLINK', KEYS[1])
  redis.call('HSET', KEYS[1], ARGV[1], card)
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`,
  NONE,
)

/** KEYS members; ARGV within. What is no stamp is struck off too. */
const MEMBERS: Script = script(
  `${FAILED}local found, since, left = redis.pcall('HGETALL', KEYS[1]), now - tonumber(ARGV[1]), {}
if failed(found) then return {shown(now), left} end
for index = 1, #found, 2 do
  local card = found[index + 1]
  if #card < 8 or not (struct.unpack('>d', card) >= since) then
    redis.call('HDEL', KEYS[1], found[index])
  else
    left[#left + 1] = found[index]
    left[#left + 1] = card
  end
end
return {shown(now), left}
`,
  NONE,
)

/** KEYS lease; ARGV holder, life (0: to give it back). */
const LEASE: Script = script(
  `${FAILED}local holder = redis.pcall('GET', KEYS[1])
if holder and not failed(holder) and holder ~= ARGV[1] then return holder end
if ARGV[2] == '0' then
  redis.call('UNLINK', KEYS[1])
  return ''
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]
`,
  NONE,
)

/** The {@link Board} of a Redis store. */
export function createRedisBoard(
  space: KeySpace,
  by: {
    send(args: readonly Argument[]): Promise<unknown>
    run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown>
    readBytes(keys: readonly string[]): Promise<(Buffer | null)[]>
  },
): Board {
  return {
    async post({ name, body, life, onlyAbsent }) {
      const args = ['SET', space.note(name), body, 'PX', String(Math.ceil(life))]
      return (await by.send(onlyAbsent ? [...args, 'NX'] : args)) !== null
    },
    read: async (names) => (await by.readBytes(names.map(space.note))).map((note) => note ?? undefined),
    async enrol(id, card, life) {
      await by.run(ENROL, [space.note('')], [id, card, String(Math.ceil(life))])
    },
    async members(within) {
      const [now, found] = list(await by.run(MEMBERS, [space.note('')], [String(Math.ceil(within))]))
      const pairs = list(found)
      const members: Member[] = []
      for (let at = 0; at + 1 < pairs.length; at += 2) {
        const value = bytesOrNull(pairs[at + 1])
        if (value === null) continue
        members.push({ id: text(pairs[at]), seenAt: value.readDoubleBE(0), card: value.subarray(STAMP) })
      }
      return { now: integer(now), members }
    },
    lease: async (name, holder, life) =>
      text(await by.run(LEASE, [space.note(name)], [holder, String(Math.ceil(life))])),
  }
}
