// Redeeming a code and rotating a refresh token, as one statement each: one round trip, and no transaction that a slow
// network keeps open. docs/decisions/0007 and 0010 have the reasons.
//
// Every part of a statement sees the tables as they were when the statement began (READ COMMITTED), except for rows that it
// locks: locking waits for the current holder, and then reads the newest version of the row. So the first part locks the
// grant, the second locks the code or token, `verdict` decides from these two rows, and every change depends on `verdict`.
// A rotation also reads the token's predecessor, without a lock: that row changes only under the lock of the grant.
// All statements lock the grant first, so they cannot deadlock. `(SELECT … FROM verdict)` is computed once, even when the
// database finds a newer version of a row that it is about to change.
//
// Each condition names the whole key of its row, even where a join implies it, and no index matches `expires_at + 0`. So the
// planner always uses the primary key, even in a plan that it made and kept while the table was small.
//
// CockroachDB allows only one part to change a row. So `marked` is a single part: it extends the grant or revokes it.
import type { EpochSeconds, GrantToken, Rotation, TokenKey } from '@claviger/core';
import { bytes } from '../shared/encodings.ts';
import { lastExpiry, successorsOf, tokenRow } from '../shared/token-rows.ts';
import { columnsOf } from './columns.ts';
import { tables } from './schema.ts';

const issuedColumns = columnsOf(tables.tokens, 'hash', 'kind', 'scope', 'audience', 'issuedAt', 'expiresAt');

/** Returns no row if the code is unknown, expired, or its grant was revoked. */
export const redeemCode = `
WITH live AS (SELECT id FROM grants WHERE id = $1 AND revoked_at IS NULL FOR UPDATE),
code AS (
  SELECT codes.used_at FROM live JOIN codes ON codes.grant_id = live.id
  WHERE codes.grant_id = $1 AND codes.hash = $2 AND codes.expires_at + 0 > $3::bigint
  FOR UPDATE OF codes),
verdict AS (SELECT CASE WHEN used_at IS NULL THEN 'redeemed' ELSE 'replayed' END AS outcome FROM code),
used AS (
  UPDATE codes SET used_at = $3
  WHERE grant_id = $1 AND hash = $2 AND (SELECT outcome FROM verdict) = 'redeemed'
  RETURNING hash),
issued AS (
  INSERT INTO tokens (grant_id, hash, kind, scope, audience, issued_at, expires_at)
  SELECT $1, given.hash, given.kind, given.scope, given.audience, given.issued_at, given.expires_at
  FROM unnest($5::bytea[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[])
    AS given (hash, kind, scope, audience, issued_at, expires_at)
  WHERE (SELECT outcome FROM verdict) = 'redeemed'
  RETURNING hash),
marked AS (
  UPDATE grants
  SET keep_until = CASE WHEN (SELECT outcome FROM verdict) = 'redeemed' THEN greatest(keep_until, $4) ELSE keep_until END,
    latest = CASE WHEN (SELECT outcome FROM verdict) = 'redeemed' THEN NULL ELSE latest END,
    revoked_at = CASE WHEN (SELECT outcome FROM verdict) = 'replayed' THEN $3 ELSE revoked_at END
  WHERE id = $1 AND ((SELECT outcome FROM verdict) = 'replayed'
    OR ((SELECT outcome FROM verdict) = 'redeemed' AND (keep_until < $4 OR latest IS NOT NULL)))
  RETURNING id)
SELECT outcome FROM verdict`;

export const redeemCodeParameters = (key: TokenKey, tokens: readonly GrantToken[], now: EpochSeconds): unknown[] => [
  bytes.toDriver(key.grantId), // $1
  bytes.toDriver(key.hash), // $2: of the code
  now, // $3
  lastExpiry(tokens), // $4: keep the grant until
  ...issuedArrays(tokens), // $5 hashes, $6 kinds, $7 scopes, $8 audiences, $9 issued at, $10 expire at
];

/**
 * Returns no row if the refresh token is unknown, expired, or its grant was revoked. `sealed` in the result is the
 * stored one: that of the rotation that is repeated. A rotation leaves one access token and one `sealed` in the grant,
 * and writes their keys to `latest`. If the next rotation uses the refresh token of this one, it removes these two by
 * key. Otherwise it would have to read all rotated tokens, and a session of a month has hundreds of them. Any other
 * rotation searches all tokens of the grant.
 */
export const rotateRefreshToken = `
WITH live AS (SELECT id, keep_until, latest FROM grants WHERE id = $1 AND revoked_at IS NULL FOR UPDATE),
token AS (
  SELECT tokens.rotated_at, tokens.sealed, live.latest FROM live JOIN tokens ON tokens.grant_id = live.id
  WHERE tokens.grant_id = $1 AND tokens.hash = $2 AND tokens.kind = 'refresh' AND tokens.expires_at + 0 > $3::bigint
  FOR UPDATE OF tokens),
-- Without its sealed: a node of the previous release, which does not write "latest", has rotated a sister token.
predecessor AS (
  SELECT hash FROM tokens
  WHERE grant_id = $1 AND sealed IS NOT NULL
    AND hash = (SELECT substr(latest, 1, 32) FROM token WHERE rotated_at IS NULL AND substr(latest, 33, 32) = $2)),
-- greatest(0, …): this clock may be behind that of the node that rotated. It must not extend the grace, or enable one of 0.
verdict AS (
  SELECT CASE WHEN rotated_at IS NULL THEN 'rotated'
    WHEN greatest(0, $3 - rotated_at) < $5::bigint AND sealed IS NOT NULL THEN 'repeated'
    ELSE 'reused' END AS outcome,
    sealed,
    rotated_at IS NULL AND predecessor.hash IS NULL AS is_thorough,
    predecessor.hash AS predecessor,
    CASE WHEN predecessor.hash IS NOT NULL THEN substr(latest, 65, 32) END AS access
  FROM token LEFT JOIN predecessor ON true),
-- A rotated token stays until it expires, to detect reuse. Its "sealed" stays until the next rotation.
rotated AS (
  UPDATE tokens SET rotated_at = $3, sealed = $6
  WHERE grant_id = $1 AND hash = $2 AND (SELECT outcome FROM verdict) = 'rotated'
  RETURNING hash),
removed AS (
  DELETE FROM tokens WHERE grant_id = $1 AND hash = (SELECT access FROM verdict)
  RETURNING hash),
forgotten AS (
  UPDATE tokens SET sealed = NULL WHERE grant_id = $1 AND hash = (SELECT predecessor FROM verdict)
  RETURNING hash),
-- Not the tokens that a concurrent rotation of a sister token adds: the next rotation removes those.
all_removed AS (
  DELETE FROM tokens WHERE grant_id = $1 AND kind = 'access' AND (SELECT is_thorough FROM verdict)
  RETURNING hash),
all_forgotten AS (
  UPDATE tokens SET sealed = NULL
  WHERE grant_id = $1 AND sealed IS NOT NULL AND hash <> $2 AND (SELECT is_thorough FROM verdict)
  RETURNING hash),
-- The grant is as it was when the statement began. Otherwise there may be tokens that no part of it sees.
undisturbed AS (
  SELECT live.id FROM live JOIN grants ON grants.id = live.id
  WHERE grants.id = $1 AND (grants.keep_until, grants.latest) IS NOT DISTINCT FROM (live.keep_until, live.latest)),
issued AS (
  INSERT INTO tokens (grant_id, hash, kind, scope, audience, issued_at, expires_at)
  SELECT $1, given.hash, given.kind, given.scope, given.audience, given.issued_at, given.expires_at
  FROM unnest($8::bytea[], $9::text[], $10::text[], $11::text[], $12::bigint[], $13::bigint[])
    AS given (hash, kind, scope, audience, issued_at, expires_at)
  WHERE (SELECT outcome FROM verdict) = 'rotated'
  RETURNING hash),
-- If disturbed, "latest" is only the token's hash: it names no successors, but a concurrent rotation sees that it changed.
marked AS (
  UPDATE grants
  SET keep_until = CASE WHEN (SELECT outcome FROM verdict) = 'rotated' THEN greatest(keep_until, $4) ELSE keep_until END,
    latest = CASE WHEN (SELECT outcome FROM verdict) = 'rotated'
      THEN $2 || CASE WHEN EXISTS (SELECT id FROM undisturbed) THEN $7::bytea ELSE '' END ELSE latest END,
    revoked_at = CASE WHEN (SELECT outcome FROM verdict) = 'reused' THEN $3 ELSE revoked_at END
  WHERE id = $1 AND ((SELECT outcome FROM verdict) = 'reused' OR (SELECT outcome FROM verdict) = 'rotated')
  RETURNING id)
SELECT outcome, sealed FROM verdict`;

export const rotateParameters = (key: TokenKey, rotation: Rotation, now: EpochSeconds): unknown[] => [
  bytes.toDriver(key.grantId), // $1
  bytes.toDriver(key.hash), // $2: of the refresh token
  now, // $3
  lastExpiry(rotation.successors), // $4: keep the grant until
  rotation.grace, // $5
  rotation.sealed, // $6
  hashesOf(rotation.successors), // $7
  ...issuedArrays(rotation.successors), // $8 hashes, $9 kinds, $10 scopes, $11 audiences, $12 issued at, $13 expire at
];

const issuedArrays = (tokens: readonly GrantToken[]): string[] =>
  issuedColumns.arrays(tokens.map((token) => issuedColumns.encode(tokenRow(token))));

/** What follows the token's hash in `latest`. Empty unless the successors are one refresh and one access token. */
const hashesOf = (tokens: readonly GrantToken[]): Buffer => {
  const { refresh = '', access = '' } = successorsOf(tokens) ?? {};
  return Buffer.concat([bytes.toDriver(refresh), bytes.toDriver(access)]);
};
