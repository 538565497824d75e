// The atomic steps of RedisFlowStore. A flow is one text of five lines: version, expiry, client and subject (JSON), and the
// whole flow (JSON).
import { script } from '../script.ts';

export const replaceFlow = script(
  'replace',
  String.raw`
-- KEYS: flow. ARGV: expected version, now, new expiry, client and subject, the new text, its lifetime in milliseconds,
-- whether the index has entries for these owners until that expiry (0 or 1).
local flow = redis.call('GET', KEYS[1])
if not flow then return 'stale' end
local version, expires, client, subject = flow:match('^([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n')
if version ~= ARGV[1] or tonumber(expires) <= tonumber(ARGV[2]) then return 'stale' end
local relies = client == ARGV[4] and subject == ARGV[5] and tonumber(ARGV[3]) <= tonumber(expires)
if not relies and ARGV[8] == '0' then return 'index' end
redis.call('SET', KEYS[1], ARGV[6], 'PX', ARGV[7])
return 'replaced'
`,
);

export const noteWaiting = script(
  'noteWaiting',
  `
-- KEYS: notes. ARGV: holder, its number, the time until which it counts, now, milliseconds to keep the hash.
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. ARGV[3])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[5]) then redis.call('PEXPIRE', KEYS[1], ARGV[5]) end
local notes, sum = redis.call('HGETALL', KEYS[1]), 0
for i = 1, #notes, 2 do
  local waiting, expires = notes[i + 1]:match('^(%S+) (%S+)$')
  if tonumber(expires) <= tonumber(ARGV[4]) then redis.call('HDEL', KEYS[1], notes[i]) else sum = sum + tonumber(waiting) end
end
return sum
`,
);

export const removeFlow = script(
  'removeAll',
  String.raw`
-- KEYS: flow. ARGV: client and subject that it must have, '' for any.
local flow = redis.call('GET', KEYS[1])
if not flow then return 0 end
local client, subject = flow:match('^[^\n]*\n[^\n]*\n([^\n]*)\n([^\n]*)\n')
if (ARGV[1] ~= '' and ARGV[1] ~= client) or (ARGV[2] ~= '' and ARGV[2] ~= subject) then return 0 end
return redis.call('DEL', KEYS[1])
`,
);
