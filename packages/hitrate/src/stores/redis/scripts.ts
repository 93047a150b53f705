import { type Script, script, unlessZero, unlessZeroEach } from './script.ts'

/** What is done to entries and claims; bytes as in `header.ts`. */

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
