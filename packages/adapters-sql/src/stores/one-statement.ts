// The statements of TokenCommandsInOneStatement; its header says how they decide. Written by hand: they are the hottest ones
// beside those that are gathered, and building them anew for each request would cost more than running them.
//
// The key of each row is spelled out, also where a join says it: the planner must not be left with half of an index.
//
// Tokens that a statement issues come as one array for each column, however many they are.

/** The grant, locked; no row when it is unknown or was revoked. */
const live = `
live AS (SELECT id FROM grants WHERE id = $1 AND revoked_at IS NULL FOR UPDATE)`;

const verdictIs = (outcome: 'redeemed' | 'replayed' | 'rotated' | 'reused'): string =>
  `(SELECT outcome FROM verdict) = '${outcome}'`;

/** Inserts the tokens of the parameters from number `first` on if `condition` holds. */
const issued = (first: number, condition: string): string => {
  const types = ['bytea', 'text', 'text', 'text', 'bigint', 'bigint'];
  const arrays = types.map((type, index) => `$${first + index}::${type}[]`).join(', ');
  return `
issued AS (
  INSERT INTO tokens (grant_id, hash, kind, scope, audience, issued_at, expires_at)
  SELECT $1, given.hash, given.kind, given.scope, given.audience, given.issued_at, given.expires_at
  FROM unnest(${arrays}) AS given (hash, kind, scope, audience, issued_at, expires_at)
  WHERE ${condition}
  RETURNING hash)`;
};

/**
 * What the verdict does to the grant: it stays as long as its new tokens live, or it is revoked. One part for both, as
 * CockroachDB wants it: no two parts may change the same row.
 */
const marked = (isIssued: string, isFault: string): string => `
marked AS (
  UPDATE grants
  SET keep_until = CASE WHEN ${isIssued} THEN $4 ELSE keep_until END,
    revoked_at = CASE WHEN ${isFault} THEN $3 ELSE revoked_at END
  WHERE id = $1 AND (${isFault} OR (${isIssued} AND keep_until < $4))
  RETURNING id)`;

/** 1 grant, 2 hash, 3 now, 4 keep until, 5 … the tokens. No row: there is no such code, or not any more. */
export const redeemCode = `WITH ${[
  live,
  `
code AS (
  SELECT codes.used_at FROM live JOIN codes ON codes.grant_id = live.id
  WHERE codes.grant_id = $1 AND codes.hash = $2 AND codes.expires_at > $3::bigint
  FOR UPDATE OF codes)`,
  `
verdict AS (SELECT CASE WHEN used_at IS NULL THEN 'redeemed' ELSE 'replayed' END AS outcome FROM code)`,
  `
used AS (
  UPDATE codes SET used_at = $3
  WHERE grant_id = $1 AND hash = $2 AND ${verdictIs('redeemed')}
  RETURNING hash)`,
  issued(5, verdictIs('redeemed')),
  marked(verdictIs('redeemed'), verdictIs('replayed')),
].join(',')}
SELECT outcome FROM verdict`;

/**
 * 1 grant, 2 hash, 3 now, 4 keep until, 5 grace, 6 sealed, 7 … the tokens. No row: there is no such refresh token, or not any
 * more. `sealed` is the one that was stored before.
 */
export const rotateRefreshToken = `WITH ${[
  live,
  `
token AS (
  SELECT tokens.rotated_at, tokens.sealed FROM live JOIN tokens ON tokens.grant_id = live.id
  WHERE tokens.grant_id = $1 AND tokens.hash = $2 AND tokens.kind = 'refresh' AND tokens.expires_at > $3::bigint
  FOR UPDATE OF tokens)`,
  // A clock that is behind another node's must not make time run backwards into a grace that is over, or turned off.
  `
verdict AS (
  SELECT CASE WHEN rotated_at IS NULL THEN 'rotated'
    WHEN greatest(0, $3 - rotated_at) < $5::bigint AND sealed IS NOT NULL THEN 'repeated'
    ELSE 'reused' END AS outcome, sealed
  FROM token)`,
  `
rotated AS (
  UPDATE tokens SET rotated_at = $3, sealed = $6
  WHERE grant_id = $1 AND hash = $2 AND ${verdictIs('rotated')}
  RETURNING hash)`,
  // Those of this moment: what another rotation of the same grant, by a sister token, is just adding stays.
  `
removed AS (
  DELETE FROM tokens WHERE grant_id = $1 AND kind = 'access' AND ${verdictIs('rotated')}
  RETURNING hash)`,
  // A token that was rotated stays until it expires, to recognise its reuse; its successors only until one is rotated.
  `
forgotten AS (
  UPDATE tokens SET sealed = NULL
  WHERE grant_id = $1 AND sealed IS NOT NULL AND hash <> $2 AND ${verdictIs('rotated')}
  RETURNING hash)`,
  issued(7, verdictIs('rotated')),
  marked(verdictIs('rotated'), verdictIs('reused')),
].join(',')}
SELECT outcome, sealed FROM verdict`;
