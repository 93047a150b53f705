import { createHash } from 'node:crypto'

/**
 * The Lua that runs inside Redis: each script looks and changes in one step. All but the markers' touch a single key, so
 * they hold on a cluster. Bytes are laid out as in `header.ts`.
 *
 * Each script reads a key before it writes it, writes without reading it again, and ends by reading it: so we are told
 * of our own write exactly once (see `own-writes.ts`), and the key stays tracked.
 */
export interface Script {
  readonly source: string
  readonly sha: string
  /** Of its keys, those that it wrote, as its reply has it. */
  written(reply: unknown, keys: readonly string[]): readonly string[]
}

function script(body: string, written: Script['written']): Script {
  const source = `${PRELUDE}${body}`
  return { source, sha: createHash('sha1').update(source).digest('hex'), written }
}

/** It answers 0 when it wrote nothing. */
const unlessZero: Script['written'] = (reply, keys) => (reply === 0 ? [] : keys)
/** It answers 0 for each key it did not write. */
const unlessZeroEach =
  (flagsOf: (reply: readonly unknown[]) => unknown): Script['written'] =>
  (reply, keys) => {
    const flags = Array.isArray(reply) ? flagsOf(reply) : undefined
    return Array.isArray(flags) ? keys.filter((_, index) => flags[index] !== 0) : []
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
local function left_of(key) return redis.call('PTTL', key) end
local function keep_for(key, left, life)
  if left >= 0 and left < life then redis.call('PEXPIRE', key, life) end
end
`

/** KEYS entry; ARGV version, lease, version seen ('' none, '*' any), how it was seen ('stale' | 'dead'). */
export const CLAIM: Script = script(
  `
local key, lease, seen = KEYS[1], tonumber(ARGV[2]), ARGV[3]
local bytes = redis.call('GET', key)
if is_claim(bytes) and seen ~= '*' then return {'held'} end
if is_entry(bytes) then
  if seen == '*' or (seen == version_of(bytes) and ARGV[4] == 'stale') then
    if seen ~= '*' and struct.unpack('>d', bytes, 16) > now then return {'held'} end
    local left = left_of(key)
    redis.call('SETRANGE', key, 3, ARGV[1] .. stamp(now + lease))
    keep_for(key, left, lease)
    redis.call('EXISTS', key)
    return {'claimed', shown(now)}
  end
  if seen ~= version_of(bytes) then return {'changed', bytes} end
end
redis.call('SET', key, 'Hc\\0' .. ARGV[1] .. stamp(now + lease), 'PX', lease)
redis.call('EXISTS', key)
return {'claimed', shown(now)}
`,
  (reply, keys) => (Array.isArray(reply) && String(reply[0]) === 'claimed' ? keys : []),
)

/** KEYS entry; ARGV version, lease. */
export const RENEW: Script = script(
  `
local key, lease = KEYS[1], tonumber(ARGV[2])
local head = redis.call('GETRANGE', key, 0, 14)
if not ours(head) or version_of(head) ~= ARGV[1] then return 0 end
local left = left_of(key)
redis.call('SETRANGE', key, 15, stamp(now + lease))
keep_for(key, left, lease)
redis.call('EXISTS', key)
return 1
`,
  unlessZero,
)

/** KEYS entry; ARGV version, pause, '1' to remove an entry too. */
export const RELEASE: Script = script(
  `
local key, pause = KEYS[1], tonumber(ARGV[2])
local head = redis.call('GETRANGE', key, 0, 14)
if not ours(head) or version_of(head) ~= ARGV[1] then return 0 end
if ARGV[3] == '1' or string.sub(head, 2, 2) == 'c' then
  redis.call('UNLINK', key)
else
  redis.call('SETRANGE', key, 15, stamp(pause > 0 and now + pause or 0))
end
redis.call('EXISTS', key)
return 1
`,
  unlessZero,
)

/** KEYS entry; ARGV version, when the load began, life from then, body. Answers 1 stored, 0 refused, 2 too late. */
export const FILL: Script = script(
  `
local key, began = KEYS[1], tonumber(ARGV[2])
local head = redis.call('GETRANGE', key, 0, 14)
if not ours(head) or version_of(head) ~= ARGV[1] then return 0 end
local left = math.ceil(tonumber(ARGV[3]) - (now - began))
if left <= 0 then
  redis.call('UNLINK', key)
else
  redis.call('SET', key, 'He\\0' .. ARGV[1] .. stamp(0) .. stamp(began) .. stamp(began) .. ARGV[4], 'PX', left)
end
redis.call('EXISTS', key)
return left > 0 and 1 or 2
`,
  unlessZero,
)

/**
 * KEYS entries; ARGV not after, '1' to write only where nothing of ours is, then for each key version, life, body.
 * Answers 1 or 0 for each. One call for many keys: a script call costs more than the write it makes.
 */
export const WRITE: Script = script(
  `
local in_time, only_absent, answer = now <= tonumber(ARGV[1]), ARGV[2] == '1', {}
local function taken(key)
  local start = redis.call('GETRANGE', key, 0, 39)
  return is_claim(start) or is_entry(start)
end
local stamps = stamp(0) .. stamp(now) .. stamp(now)
redis.call('EXISTS', unpack(KEYS))
for index, key in ipairs(KEYS) do
  answer[index] = 0
  if in_time and not (only_absent and taken(key)) then
    local version, life, body = ARGV[3 * index], ARGV[3 * index + 1], ARGV[3 * index + 2]
    redis.call('SET', key, 'He\\0' .. version .. stamps .. body, 'PX', life)
    answer[index] = 1
  end
end
redis.call('EXISTS', unpack(KEYS))
return answer
`,
  unlessZeroEach((reply) => reply),
)

/** KEYS entry; ARGV new version: refreshes in flight no longer match. */
export const EXPIRE: Script = script(
  `
local key = KEYS[1]
local head = redis.call('GETRANGE', key, 0, 14)
if head == '' then return 0 end
if ours(head) and string.sub(head, 2, 2) == 'e' then
  redis.call('SETRANGE', key, 2, '\\255' .. ARGV[1] .. stamp(0))
else
  redis.call('UNLINK', key)
end
redis.call('EXISTS', key)
return 1
`,
  unlessZero,
)

/** KEYS entries. Answers 1 or 0 for each. Writes nothing but removals, so it is carried out also when memory is full. */
export const DELETE: Script = script(
  `
local answer = {}
for index, key in ipairs(KEYS) do
  redis.call('EXISTS', key)
  answer[index] = redis.call('UNLINK', key)
end
return answer
`,
  unlessZeroEach((reply) => reply),
)

const MARKERS = `
local function marker(key)
  local bytes = redis.call('GET', key)
  if bytes and #bytes == 25 and string.sub(bytes, 1, 1) == 'M' then return bytes end
end
local function made(nonce, deleted, expired) return 'M' .. nonce .. stamp(deleted) .. stamp(expired) end
local function nonce(index) return string.sub(ARGV[2], index * 8 - 7, index * 8) end
local function put(key, bytes, life)
  if life > 0 then redis.call('SET', key, bytes, 'PX', life) else redis.call('SET', key, bytes) end
end
-- The instant of the last invalidation of any tag. A marker that is missing was never made or was lost; which of the
-- two can't be known, so it is made anew as deleted at that instant: loads that began before it are void.
local instant = marker(KEYS[1])
`

/** The first key is the instant, of which nobody needs to be told. */
const markersWritten: Script['written'] = (reply, [, ...markers]) =>
  unlessZeroEach(([, flags]) => flags)(reply, markers)

/**
 * KEYS instant, markers; ARGV life (0: for ever), new nonces (8 bytes each). Answers the markers, made where missing, and
 * 1 or 0 for each: written or not. What must be kept for longer is kept for twice as long as asked: each time, all who
 * know the marker are told.
 */
export const ENSURE: Script = script(
  `${MARKERS}
local life, answer, written = tonumber(ARGV[1]), {}, {}
if not instant then
  instant = made(nonce(1), now, 0)
  redis.call('SET', KEYS[1], instant)
end
for index = 2, #KEYS do
  local key = KEYS[index]
  local bytes, left = marker(key), left_of(key)
  written[index - 1] = 1
  if not bytes then
    bytes = made(nonce(index), struct.unpack('>d', instant, 10), 0)
    put(key, bytes, life)
  elseif left >= 0 and left < life then
    redis.call('PEXPIRE', key, 2 * life)
  else
    written[index - 1] = 0
  end
  redis.call('EXISTS', key)
  answer[index - 1] = bytes
end
return {answer, written}
`,
  markersWritten,
)

/** KEYS instant, markers; ARGV life (0: for ever), new nonces, 'delete' | 'expire'. Answers as `ENSURE`. */
export const STAMP: Script = script(
  `${MARKERS}
local life, answer, written, at = tonumber(ARGV[1]), {}, {}, now
if instant then at = math.max(at, struct.unpack('>d', instant, 10) + 0.001) end
redis.call('SET', KEYS[1], made(nonce(1), at, 0))
for index = 2, #KEYS do
  local key = KEYS[index]
  local bytes, left, deleted, expired = marker(key), left_of(key), at, 0
  local keep = nonce(index)
  if bytes then
    keep, deleted, expired = string.sub(bytes, 2, 9), struct.unpack('>d', bytes, 10), struct.unpack('>d', bytes, 18)
    local moved = math.max(at, deleted + 0.001, expired + 0.001)
    if ARGV[3] == 'expire' then expired = moved else deleted = moved end
  end
  bytes = made(keep, deleted, expired)
  put(key, bytes, life > 0 and math.max(life, left) or 0)
  redis.call('EXISTS', key)
  answer[index - 1] = bytes
  written[index - 1] = 1
end
return {answer, written}
`,
  markersWritten,
)
