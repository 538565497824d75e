// The atomic steps of RedisConsentStore. All consents of a subject are one hash, by id; a consent is one text of three
// lines: expiry (`-` for none), client (JSON), the whole consent (JSON).
import { script } from '../script.ts';

export const rememberConsent = script(
  'remember',
  String.raw`
-- KEYS: consents of the subject. ARGV: id, consent, until when what has ended is past, longest milliseconds to stay.
-- What is past goes when something is added, and Redis removes the hash once everything in it is past.
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
-- KEYS: consents of the subject. ARGV: client whose consents go (JSON), '' for all.
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

/** Seconds that an entry is left alone after it was written: far more than a command can be under way. */
const settled = 3600;

export const enterSubject = script(
  'enter',
  `
-- KEYS: subjects that consented to a client. ARGV: subject. Answers with the subject that was entered longest ago, if that
-- is worth a look.
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
-- KEYS: subjects that consented to a client. ARGV: subject, whether there is a consent (0 or 1). An entry that was just
-- written may belong to a consent that is under way: it stays.
local now = tonumber(redis.call('TIME')[1])
local entered = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not entered or tonumber(entered) >= now - ${settled} then return 0 end
if ARGV[2] == '1' then return redis.call('ZADD', KEYS[1], now, ARGV[1]) end
return redis.call('ZREM', KEYS[1], ARGV[1])
`,
);
