import { createHash } from 'node:crypto'

/**
 * The Lua that runs inside Redis: each script looks and changes in one step. All but the markers' touch a single key, so
 * they hold on a cluster. Bytes are laid out as in `header.ts`.
 *
 * Each script reads a key before it writes it, writes without reading it again, and ends by reading it: so we are told
 * of our own write exactly once (see `own-writes.ts`), and the key stays tracked. One for many keys reads all of them by
 * one command: Redis 7.0 takes whatever a tracked client's script reads for a reading of all the script's keys, so keys
 * read one by one cost the square of their number (seen on 7.0.15: 1 000 keys took 97 ms).
 */
export interface Script {
  readonly source: string
  readonly sha: string
  /** Whether it is never given a key twice. */
  readonly distinct: boolean
  /** Of its keys, those that it wrote, as its reply has it. */
  written(reply: unknown, keys: readonly string[]): readonly string[]
}

export function script(body: string, written: Script['written'], distinct = false): Script {
  const source = `${PRELUDE}${body}`
  return { source, sha: createHash('sha1').update(source).digest('hex'), distinct, written }
}

/** It answers 0 when it wrote nothing. */
export const unlessZero: Script['written'] = (reply, keys) => (reply === 0 ? [] : keys)
/** It answers 0 for each key it did not write. */
export const unlessZeroEach =
  (flagsOf: (reply: readonly unknown[]) => unknown): Script['written'] =>
  (reply, keys) => {
    const flags = Array.isArray(reply) ? flagsOf(reply) : undefined
    return Array.isArray(flags) ? keys.filter((_, index) => flags[index] !== 0) : []
  }

/** It answers a number above 0 for each key it wrote. */
export const writtenOnes =
  (flagsOf: (reply: readonly unknown[]) => unknown): Script['written'] =>
  (reply, keys) => {
    const flags = Array.isArray(reply) ? flagsOf(reply) : undefined
    return Array.isArray(flags) ? keys.filter((_, index) => flags[index] > 0) : []
  }

const PRELUDE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local function stamp(at) return struct.pack('>d', at) end
local function shown(at) return string.format('%.3f', at) end
local function ours(bytes) return bytes and #bytes >= 15 and string.sub(bytes, 1, 1) == 'H' end
local function version_of(bytes) return string.sub(bytes, 4, 15) end
-- What is shorter or longer than ours is junk, here as in header.ts: a claim cut short must not hold anybody up.
local function is_claim(bytes) return ours(bytes) and #bytes == 23 and string.sub(bytes, 2, 2) == 'c' end
local function is_entry(bytes) return ours(bytes) and #bytes > 39 and string.sub(bytes, 2, 2) == 'e' end
-- Of keys that hold something else than text, as of those that hold nothing: false.
local function all_held() return redis.call('MGET', unpack(KEYS)) end
local function left_of(key) return redis.call('PTTL', key) end
local function keep_for(key, left, life)
  if left >= 0 and left < life then redis.call('PEXPIRE', key, life) end
end
-- Of many in one argument: see packed.ts.
local function version_in(bytes, index) return string.sub(bytes, 12 * index - 11, 12 * index) end
local function number_in(bytes, index) return (struct.unpack('>d', bytes, 8 * index - 7)) end
-- What is done to one of the keys, done to all. What fails for one is its own answer: they belong to different callers.
local function each(work)
  local answers = {}
  for index = 1, #KEYS do
    local done, answer = pcall(work, index)
    answers[index] = done and answer or {'failed', type(answer) == 'table' and answer.err or tostring(answer)}
  end
  return answers
end
`
