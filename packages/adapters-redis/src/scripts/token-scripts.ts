// The atomic steps of RedisTokenStore. All keys of a script belong to one grant and share its slot.
//
// A grant is one text of four lines: client and subject (JSON), the time until which its index entries last, the rest (JSON).
// A revoked grant is the word `revoked`, which stays as long as any code or token could refer to it. A token is
// `kind issued expires data`, where kind is a (access), r (refresh), R (refresh, rotated) or c (a client's own). A code is
// `used issued expires data`, where used is 0 or 1.
import { script } from '../script.ts';

const reading = `
local function live_grant()
  local grant = redis.call('GET', KEYS[1])
  if grant and grant ~= 'revoked' then return grant end
end

local function is_past(row, now)
  return tonumber(row:match('^%w %S+ (%S+)')) <= tonumber(now)
end
`;

const revoking = `
local function revoke()
  redis.call('SET', KEYS[1], 'revoked', 'KEEPTTL')
  redis.call('DEL', KEYS[2])
end
`;

const issuing = String.raw`
local function stay(key, milliseconds)
  if redis.call('PTTL', key) < tonumber(milliseconds) then redis.call('PEXPIRE', key, milliseconds) end
end

-- KEYS from number first on are rows. ARGV from number from on has the value and lifetime in milliseconds of each, then the lifetime
-- of the access tokens, and the hash and value of each access token, which are stored in KEYS[2].
local function issue(first, from)
  for i = first, #KEYS do
    redis.call('SET', KEYS[i], ARGV[from], 'PX', ARGV[from + 1])
    from = from + 2
  end
  if #ARGV > from then
    redis.call('HSET', KEYS[2], unpack(ARGV, from + 1))
    stay(KEYS[2], ARGV[from])
  end
end

-- Returns the grant's owners if its index entries would expire before the new tokens. The caller then extends the entries,
-- and runs the script again with their new expiry.
local function owners_to_index(grant, needed, indexed)
  local client, subject, covered, data = grant:match('^([^\n]*)\n([^\n]*)\n([^\n]*)\n(.*)$')
  if tonumber(needed) <= tonumber(covered) then return nil end
  if tonumber(needed) > tonumber(indexed) then return {'index', client, subject} end
  redis.call('SET', KEYS[1], client .. '\n' .. subject .. '\n' .. indexed .. '\n' .. data, 'KEEPTTL')
end
`;

export const createGrant = script(
  'createGrant',
  issuing,
  `
-- KEYS: grant, access tokens, rows. ARGV: grant, its lifetime in milliseconds, what is issued. A revoked id exists too.
if redis.call('EXISTS', KEYS[1]) == 1 then return 'exists' end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
issue(3, 3)
return 'created'
`,
);

export const findCode = script(
  'findCode',
  reading,
  `
-- KEYS: grant, code. ARGV: now.
local code = redis.call('GET', KEYS[2])
local grant = live_grant()
if not code or not grant or is_past(code, ARGV[1]) then return {} end
return {code, grant}
`,
);

export const redeemCode = script(
  'redeemCode',
  reading,
  revoking,
  issuing,
  `
-- KEYS: grant, access tokens, code, rows. ARGV: now, last expiry of what is issued, the new expiry of the index entries (0
-- if they were not extended), milliseconds to keep the grant from now on, what is issued.
local code = redis.call('GET', KEYS[3])
local grant = live_grant()
if not code or not grant or is_past(code, ARGV[1]) then return {'missing'} end
if code:sub(1, 1) == '1' then
  revoke()
  return {'replayed'}
end
local owners = owners_to_index(grant, ARGV[2], ARGV[3])
if owners then return owners end
redis.call('SET', KEYS[3], '1' .. code:sub(2), 'KEEPTTL')
issue(4, 5)
stay(KEYS[1], ARGV[4])
return {'redeemed'}
`,
);

export const findToken = script(
  'findToken',
  reading,
  `
-- KEYS: grant, access tokens, token. ARGV: now, hash.
local token = redis.call('GET', KEYS[3]) or redis.call('HGET', KEYS[2], ARGV[2])
if not token or is_past(token, ARGV[1]) then return {} end
if token:sub(1, 1) == 'c' then return {token} end
local grant = live_grant()
if not grant then return {} end
return {token, grant}
`,
);

export const rotateRefreshToken = script(
  'rotateRefreshToken',
  reading,
  revoking,
  issuing,
  `
-- KEYS: grant, access tokens, token, the grant's sealed successors, rows. ARGV: now, last expiry of what is issued, the new expiry
-- of the index entries (0 if they were not extended), milliseconds to keep the grant, grace, sealed successors, milliseconds
-- to keep these, what is issued.
local token = redis.call('GET', KEYS[3])
local grant = live_grant()
if not token or not grant or is_past(token, ARGV[1]) then return {'missing'} end
local kind = token:sub(1, 1)
if kind == 'R' then
  -- The next rotation overwrites these: a client that used the successor no longer needs the successors of this token.
  local at, whose, sealed = (redis.call('GET', KEYS[4]) or ''):match('^(%S+) ([^\\n]+)\\n(.*)$')
  -- Never negative: a clock that is behind must not revive a grace that has ended or is turned off.
  if whose == KEYS[3] and math.max(0, tonumber(ARGV[1]) - tonumber(at)) < tonumber(ARGV[5]) then return {'repeated', sealed} end
  revoke()
  return {'reused'}
end
if kind ~= 'r' then return {'missing'} end
local owners = owners_to_index(grant, ARGV[2], ARGV[3])
if owners then return owners end
redis.call('SET', KEYS[3], 'R' .. token:sub(2), 'KEEPTTL')
redis.call('SET', KEYS[4], ARGV[1] .. ' ' .. KEYS[3] .. '\\n' .. ARGV[6], 'PX', ARGV[7])
redis.call('DEL', KEYS[2])
issue(5, 8)
stay(KEYS[1], ARGV[4])
return {'rotated'}
`,
);

export const removeToken = script(
  'removeToken',
  `
-- KEYS: token, access tokens. ARGV: hash.
return redis.call('DEL', KEYS[1]) + redis.call('HDEL', KEYS[2], ARGV[1])
`,
);

export const revokeGrant = script(
  'revokeGrant',
  reading,
  revoking,
  String.raw`
-- KEYS: grant, access tokens. ARGV: client and subject that it must have, '' for any.
local grant = live_grant()
if not grant then return 0 end
local client, subject = grant:match('^([^\n]*)\n([^\n]*)\n')
if (ARGV[1] ~= '' and ARGV[1] ~= client) or (ARGV[2] ~= '' and ARGV[2] ~= subject) then return 0 end
revoke()
return 1
`,
);
