/*
 * Each script is one step that Redis does whole or not at all. All keys of a queue have its name in braces, so that they
 * lie on one node of a cluster. Times are those of the server.
 *
 * KEYS: the stream, the sorted set of delayed messages, the stream of dead letters.
 * ARGV: the consumer group, this consumer, and then what each script says.
 */

const now = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`

/** Ends the script with 0 unless this consumer holds the entry ARGV[3]: another one may have taken it over. */
const held = `
local pending = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1)[1]
if not pending or pending[2] ~= ARGV[2] then return 0 end`

/** XACK deletes nothing. */
const removed = `
redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
redis.call('XDEL', KEYS[1], ARGV[3])`

/**
 * Moves what is due into the stream, and hands out entries: first those that nobody has kept for ARGV[4] ms, then new
 * ones, ARGV[3] at most. Returns them as id, receives and fields; the ms until the next delayed message, or -1; and the last
 * id of the stream. Makes the group where it is missing, as after a restart without a disk.
 */
export const take = `${now}
local stream, delayed, group, consumer, most, lock = KEYS[1], KEYS[2], ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local function has_group()
  if redis.call('EXISTS', stream) == 0 then return false end
  for _, info in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
    if info[2] == group then return true end
  end
  return false
end
if not has_group() then redis.call('XGROUP', 'CREATE', stream, group, '0', 'MKSTREAM') end

local function fields_of(member)
  local readable, message = pcall(cjson.decode, member)
  local fields = {}
  if readable and type(message) == 'table' then
    for name, value in pairs(message) do
      if type(name) == 'string' and (type(value) == 'string' or type(value) == 'number') then
        fields[#fields + 1] = name
        fields[#fields + 1] = type(value) == 'number' and string.format('%.17g', value) or value
      end
    end
  end
  if #fields == 0 then return { 'body', member } end
  return fields
end
for _, member in ipairs(redis.call('ZRANGEBYSCORE', delayed, '-inf', now, 'LIMIT', 0, 100)) do
  redis.call('XADD', stream, '*', unpack(fields_of(member)))
  redis.call('ZREM', delayed, member)
end

local taken = {}
for _, pending in ipairs(redis.call('XPENDING', stream, group, 'IDLE', lock, '-', '+', most)) do
  local entry = redis.call('XCLAIM', stream, group, consumer, lock, pending[1])[1]
  if entry then
    taken[#taken + 1] = { entry[1], pending[4] + 1, entry[2] }
  else
    redis.call('XACK', stream, group, pending[1])
  end
end
if #taken < most then
  local read = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', most - #taken, 'STREAMS', stream, '>')
  for _, entry in ipairs(read and read[1][2] or {}) do
    taken[#taken + 1] = { entry[1], 1, entry[2] }
  end
end

local due = redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
local wait = due[2] and math.max(0, math.ceil(due[2] - now)) or -1
local last = '0-0'
local info = redis.call('XINFO', 'STREAM', stream)
for at = 1, #info, 2 do
  if info[at] == 'last-generated-id' then last = info[at + 1] end
end
return { taken, wait, last }`

/** ARGV[3]: the ms to wait. ARGV[4]: the message as JSON, whose id makes it differ from every other. */
export const addDelayed = `${now}
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[4])
return 1`

/** Begins the time of the lock again. JUSTID, because a claim counts as a receive without it. ARGV[4]: ms that are over already. */
export const heartbeat = `${held}
redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[3], 'IDLE', ARGV[4], 'JUSTID')
return 1`

/** A message that no consumer holds was deleted before. */
export const acknowledge = `
local pending = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1)[1]
if pending and pending[2] ~= ARGV[2] then return 0 end${removed}
return 1`

/** ARGV[4]: the ms to wait. ARGV[5]: the message as JSON. ARGV[6] and on: its fields. */
export const giveBack = `${held}${removed}${now}
if tonumber(ARGV[4]) > 0 then
  redis.call('ZADD', KEYS[2], now + ARGV[4], ARGV[5])
else
  redis.call('XADD', KEYS[1], '*', unpack(ARGV, 6))
end
return 1`

/** ARGV[4] and on: the fields of the dead letter. */
export const giveUp = `${held}${removed}
redis.call('XADD', KEYS[3], '*', unpack(ARGV, 4))
return 1`

/** ARGV[3]: the id of a dead letter. ARGV[4] and on: the fields of its message. Two redrives at once send it once. */
export const redrive = `
if redis.call('XDEL', KEYS[3], ARGV[3]) == 0 then return 0 end
redis.call('XADD', KEYS[1], '*', unpack(ARGV, 4))
return 1`

/** Entries of the stream, entries with a worker, delayed messages, dead letters, and the age in ms of the oldest entry that no worker was given. */
export const depth = `${now}
local summary = redis.pcall('XPENDING', KEYS[1], ARGV[1])
local given, age = '0', 0
local groups = redis.pcall('XINFO', 'GROUPS', KEYS[1])
for _, info in ipairs(groups.err and {} or groups) do
  if info[2] == ARGV[1] then given = info[8] end
end
local next = redis.call('XREAD', 'COUNT', 1, 'STREAMS', KEYS[1], given)
if next then age = now - string.match(next[1][2][1][1], '%d+') end
return {
  redis.call('XLEN', KEYS[1]), summary.err and 0 or summary[1], redis.call('ZCARD', KEYS[2]), redis.call('XLEN', KEYS[3]), age
}`

/**
 * Leaves the group. What this consumer still holds is free for others at once: ARGV[3] ms is the lock. Redis forgets the
 * entries of a consumer that it removes, so only those without any are removed: this one, and others unused for a day.
 */
export const leave = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
for _, pending in ipairs(redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1000, ARGV[2])) do
  redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, pending[1], 'IDLE', ARGV[3], 'JUSTID')
end
for _, info in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local name, holds, idle = info[2], info[4], info[6]
  if holds == 0 and (name == ARGV[2] or idle > 86400000) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], name)
  end
end
return 1`
