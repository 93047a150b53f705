import { type Script, script, unlessZeroEach } from './script.ts'

/** What is done to markers; bytes as in `header.ts`. */

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
