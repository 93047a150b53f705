import { type Script, script, unlessZero, unlessZeroEach, writtenOnes } from './script.ts'

/** What is done to entries and claims; bytes as in `header.ts`. */

/**
 * KEYS entries; ARGV versions, leases, and, unless of none anything was seen, for each what was: '' nothing, '*' any, 's' or
 * 'd' and the version of an entry that was stale or dead. Answers the time, and for each key 1 claimed, 2 claimed and
 * what was seen stays, 0 held, or the bytes of an entry of another version.
 */
export const CLAIM: Script = script(
  `
local held, leased, life, ends = all_held()
local function claim(index)
  local key, version, lease = KEYS[index], version_in(ARGV[1], index), number_in(ARGV[2], index)
  local seen, bytes = ARGV[index + 2] or '', held[index]
  if lease ~= leased then leased, life, ends = lease, string.format('%d', lease), stamp(now + lease) end
  local made = 'Hc\\0' .. version .. ends
  if not bytes then
    if redis.call('SET', key, made, 'NX', 'PX', life) then return 1 end
    return redis.call('GET', key) -- fails, and says of what kind it is
  end
  if is_claim(bytes) and seen ~= '*' then return 0 end
  if is_entry(bytes) then
    local there = version_of(bytes)
    if seen == '*' or seen == 's' .. there then
      if seen ~= '*' and struct.unpack('>d', bytes, 16) > now then return 0 end
      local left = left_of(key)
      redis.call('SETRANGE', key, 3, version .. ends)
      keep_for(key, left, lease)
      return 2
    end
    if seen ~= 'd' .. there then return bytes end
  end
  redis.call('SET', key, made, 'PX', life)
  return 1
end
local answer = each(claim)
redis.call('EXISTS', unpack(KEYS))
return {shown(now), answer}
`,
  writtenOnes(([, answers]) => answers),
  true,
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

/**
 * KEYS entries; ARGV when each ends, then for each the whole of its bytes. Answers for each 1 stored, 0 refused, 2 too late.
 */
export const FILL: Script = script(
  `
local held = all_held()
local function fill(index)
  local key, bytes = KEYS[index], ARGV[index + 1]
  if not ours(held[index]) or version_of(held[index]) ~= version_of(bytes) then return 0 end
  local left = math.ceil(number_in(ARGV[1], index) - now)
  if left <= 0 then
    redis.call('UNLINK', key)
    return 2
  end
  redis.call('SET', key, bytes, 'PX', left)
  return 1
end
local answer = each(fill)
redis.call('EXISTS', unpack(KEYS))
return answer
`,
  writtenOnes((reply) => reply),
  true,
)

/**
 * KEYS entries; ARGV not after, '1' to write only where nothing of ours is, '1' to be told of changes, versions, then for
 * each life and body. Answers 1 or 0 for each. One call for many keys: a script call costs more than the write it makes.
 */
export const WRITE: Script = script(
  `
local in_time, answer = now <= tonumber(ARGV[1]), {}
local held = ARGV[2] == '1' and all_held()
local function taken(index) return held and (is_claim(held[index]) or is_entry(held[index])) end
local stamps = stamp(0) .. stamp(now) .. stamp(now)
if ARGV[3] == '1' then redis.call('EXISTS', unpack(KEYS)) end
for index, key in ipairs(KEYS) do
  answer[index] = 0
  if in_time and not taken(index) then
    local bytes, life = 'He\\0' .. version_in(ARGV[4], index) .. stamps .. ARGV[2 * index + 4], ARGV[2 * index + 3]
    if not held or held[index] then
      redis.call('SET', key, bytes, 'PX', life)
      answer[index] = 1
    -- It may hold something else than text.
    elseif redis.call('SET', key, bytes, 'NX', 'PX', life) then
      answer[index] = 1
    end
  end
end
if ARGV[3] == '1' then redis.call('EXISTS', unpack(KEYS)) end
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
redis.call('EXISTS', unpack(KEYS))
for index, key in ipairs(KEYS) do answer[index] = redis.call('UNLINK', key) end
return answer
`,
  unlessZeroEach((reply) => reply),
)
