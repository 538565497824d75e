// The statements of TokenCommandsInOneStatement; its header says how they decide. Written by hand: they are the hottest ones
// beside those that are gathered, and building them anew for each request would cost more than running them.
//
// The key of each row is spelled out, also where a join says it: the planner must not be left with half of an index. Nor
// with another one, by expiry, which seems as good while a table is small: no index serves `expires_at + 0`. Where a verdict
// decides whether a part runs at all, the part reads nothing when it does not.
//
// Tokens that a statement issues come as one array for each column, however many they are.

/** The grant, locked, as it is then; no row when it is unknown or was revoked. */
const live = (columns: string): string => `
live AS (SELECT ${columns} FROM grants WHERE id = $1 AND revoked_at IS NULL FOR UPDATE)`;

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

interface Mark {
  readonly isIssued: string;
  /** The grant's latest rotation, once the tokens are issued. */
  readonly latest: string;
  /** Whether issuing them changes the grant. */
  readonly isNews: string;
  readonly isFault: string;
}

/**
 * What the verdict does to the grant: it stays as long as its new tokens live, or it is revoked. One part for both, as
 * CockroachDB wants it: no two parts may change the same row.
 */
const marked = ({ isIssued, latest, isNews, isFault }: Mark): string => `
marked AS (
  UPDATE grants
  SET keep_until = CASE WHEN ${isIssued} THEN greatest(keep_until, $4) ELSE keep_until END,
    latest = CASE WHEN ${isIssued} THEN ${latest} ELSE latest END,
    revoked_at = CASE WHEN ${isFault} THEN $3 ELSE revoked_at END
  WHERE id = $1 AND (${isFault} OR (${isIssued} AND ${isNews}))
  RETURNING id)`;

/** 1 grant, 2 hash, 3 now, 4 keep until, 5 … the tokens. No row: there is no such code, or not any more. */
export const redeemCode = `WITH ${[
  live('id'),
  `
code AS (
  SELECT codes.used_at FROM live JOIN codes ON codes.grant_id = live.id
  WHERE codes.grant_id = $1 AND codes.hash = $2 AND codes.expires_at + 0 > $3::bigint
  FOR UPDATE OF codes)`,
  `
verdict AS (SELECT CASE WHEN used_at IS NULL THEN 'redeemed' ELSE 'replayed' END AS outcome FROM code)`,
  `
used AS (
  UPDATE codes SET used_at = $3
  WHERE grant_id = $1 AND hash = $2 AND ${verdictIs('redeemed')}
  RETURNING hash)`,
  issued(5, verdictIs('redeemed')),
  marked({
    isIssued: verdictIs('redeemed'),
    latest: 'NULL',
    isNews: '(keep_until < $4 OR latest IS NOT NULL)',
    isFault: verdictIs('replayed'),
  }),
].join(',')}
SELECT outcome FROM verdict`;

/**
 * 1 grant, 2 hash, 3 now, 4 keep until, 5 grace, 6 sealed, 7 successors, 8 … the tokens. No row: there is no such refresh
 * token, or not any more. `sealed` is the one that was stored before.
 *
 * A rotation leaves one access token in the grant and one `sealed`, both its own, and notes their keys in `latest`. If the next
 * one is by the refresh token of that note, it removes just these: a session of a month has hundreds of rotated tokens, and
 * all of them would have to be read. Any other goes through the grant.
 */
export const rotateRefreshToken = `WITH ${[
  live('id, keep_until, latest'),
  `
token AS (
  SELECT tokens.rotated_at, tokens.sealed, live.latest FROM live JOIN tokens ON tokens.grant_id = live.id
  WHERE tokens.grant_id = $1 AND tokens.hash = $2 AND tokens.kind = 'refresh' AND tokens.expires_at + 0 > $3::bigint
  FOR UPDATE OF tokens)`,
  // Not when its `sealed` is gone: a sister token was rotated since, by a node of the version before, which makes no notes.
  `
predecessor AS (
  SELECT hash FROM tokens
  WHERE grant_id = $1 AND sealed IS NOT NULL
    AND hash = (SELECT substr(latest, 1, 32) FROM token WHERE rotated_at IS NULL AND substr(latest, 33, 32) = $2))`,
  // A clock that is behind another node's must not make time run backwards into a grace that is over, or turned off.
  `
verdict AS (
  SELECT CASE WHEN rotated_at IS NULL THEN 'rotated'
    WHEN greatest(0, $3 - rotated_at) < $5::bigint AND sealed IS NOT NULL THEN 'repeated'
    ELSE 'reused' END AS outcome,
    sealed,
    rotated_at IS NULL AND predecessor.hash IS NULL AS is_thorough,
    predecessor.hash AS predecessor,
    CASE WHEN predecessor.hash IS NOT NULL THEN substr(latest, 65, 32) END AS access
  FROM token LEFT JOIN predecessor ON true)`,
  `
rotated AS (
  UPDATE tokens SET rotated_at = $3, sealed = $6
  WHERE grant_id = $1 AND hash = $2 AND ${verdictIs('rotated')}
  RETURNING hash)`,
  // A token that was rotated stays until it expires, to recognise its reuse; its successors only until one is rotated.
  `
removed AS (
  DELETE FROM tokens WHERE grant_id = $1 AND hash = (SELECT access FROM verdict)
  RETURNING hash)`,
  `
forgotten AS (
  UPDATE tokens SET sealed = NULL WHERE grant_id = $1 AND hash = (SELECT predecessor FROM verdict)
  RETURNING hash)`,
  // Those of this moment: what another rotation of the same grant, by a sister token, is just adding stays until the next.
  `
all_removed AS (
  DELETE FROM tokens WHERE grant_id = $1 AND kind = 'access' AND (SELECT is_thorough FROM verdict)
  RETURNING hash)`,
  `
all_forgotten AS (
  UPDATE tokens SET sealed = NULL
  WHERE grant_id = $1 AND sealed IS NOT NULL AND hash <> $2 AND (SELECT is_thorough FROM verdict)
  RETURNING hash)`,
  // Whether the grant is still as it was when the statement began. If not, somebody may have added what no part of it sees.
  `
undisturbed AS (
  SELECT live.id FROM live JOIN grants ON grants.id = live.id
  WHERE grants.id = $1 AND (grants.keep_until, grants.latest) IS NOT DISTINCT FROM (live.keep_until, live.latest))`,
  issued(8, verdictIs('rotated')),
  marked({
    isIssued: verdictIs('rotated'),
    // The token's hash alone names no successors, and still is another value than before: whoever waits for this one sees it.
    latest: `$2 || CASE WHEN EXISTS (SELECT id FROM undisturbed) THEN $7::bytea ELSE '' END`,
    isNews: 'true',
    isFault: verdictIs('reused'),
  }),
].join(',')}
SELECT outcome, sealed FROM verdict`;
