// The atomic steps of RedisConsentStore. All consents of a subject are one hash, by id; a consent is one text of three
// lines: expiry (`-` for none), client (JSON), the whole consent (JSON).
import { script } from '../script.ts';

export const rememberConsent = script(
  'remember',
  String.raw`
-- KEYS: consents of the subject. ARGV: id, consent, time before which consents have expired, longest lifetime of the hash
-- in milliseconds. Adding a consent removes expired ones. Redis removes the hash once all of its consents have expired.
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
local rows, last = redis.call('HGETALL', KEYS[1]), 0
for i = 1, #rows, 2 do
  local expires = rows[i + 1]:match('^[^\n]*')
  if expires == '-' then
    last = math.huge
  elseif tonumber(expires) <= tonumber(ARGV[3]) and rows[i] ~= ARGV[1] then
    redis.call('HDEL', KEYS[1], rows[i])
  else
    last = math.max(last, tonumber(expires))
  end
end
if last == math.huge then
  redis.call('PERSIST', KEYS[1])
else
  local stays = (math.max(last, tonumber(ARGV[3])) - tonumber(ARGV[3])) * 1000
  redis.call('PEXPIRE', KEYS[1], string.format('%d', math.min(stays, tonumber(ARGV[4])) + 1))
end
return 1
`,
);

export const forgetConsents = script(
  'forget',
  String.raw`
-- KEYS: consents of the subject. ARGV: client whose consents are removed (JSON), '' for all.
local rows, forgotten = redis.call('HGETALL', KEYS[1]), 0
for i = 1, #rows, 2 do
  if ARGV[1] == '' or rows[i + 1]:match('^[^\n]*\n([^\n]*)') == ARGV[1] then
    forgotten = forgotten + redis.call('HDEL', KEYS[1], rows[i])
  end
end
return forgotten
`,
);

export const hasConsents = script(
  'has',
  String.raw`
-- KEYS: consents of the subject. ARGV: client (JSON).
for _, row in ipairs(redis.call('HVALS', KEYS[1])) do
  if row:match('^[^\n]*\n([^\n]*)') == ARGV[1] then return 1 end
end
return 0
`,
);

/** Seconds for which a new entry is never removed: far longer than any command takes. */
const settled = 3600;

export const enterSubject = script(
  'enter',
  `
-- KEYS: subjects that consented to a client. ARGV: subject. Returns the oldest entry if it is old enough to be checked.
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now, ARGV[1])
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if tonumber(oldest[2]) < now - ${settled} then return oldest[1] end
return ''
`,
);

export const settleSubject = script(
  'settle',
  `
-- KEYS: subjects that consented to a client. ARGV: subject, whether a consent exists (0 or 1). A recent entry stays,
-- because its consent may not be written yet.
local now = tonumber(redis.call('TIME')[1])
local entered = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not entered or tonumber(entered) >= now - ${settled} then return 0 end
if ARGV[2] == '1' then return redis.call('ZADD', KEYS[1], now, ARGV[1]) end
return redis.call('ZREM', KEYS[1], ARGV[1])
`,
);
