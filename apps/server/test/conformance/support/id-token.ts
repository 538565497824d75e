// Checks that apply to every ID token.
import { createHash } from 'node:crypto';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import type { Test } from 'tap';
import type { Given } from './given.ts';
import { laxFetch, readJson } from './lax-fetch.ts';
import type { Party } from './party.ts';

/** OpenID Connect Core §3.1.3.6 and §3.3.2.11, for algorithms with SHA-256. */
export const leftHalf = (text: string): string =>
  createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');

export const serverKeys = async ({ server }: Given): Promise<JSONWebKeySet> =>
  (await readJson(await laxFetch(server.endpoint('jwks_uri')))) as unknown as JSONWebKeySet;

export interface IdToken {
  readonly text: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: JWTPayload;
}

/** The code and access token that came with it, which its hashes must match. */
export interface ReceivedIdToken {
  readonly text: string;
  readonly nonce?: string;
  readonly accessToken?: string;
  readonly code?: string;
}

/** OpenID Connect Core §3.1.3.7. */
export const checkIdToken = async (
  t: Test,
  given: Given,
  party: Party,
  { text, nonce, accessToken, code }: ReceivedIdToken,
): Promise<IdToken> => {
  const { payload } = await jwtVerify(text, createLocalJWKSet(await serverKeys(given)), {
    issuer: given.server.issuer,
    audience: party.id,
    requiredClaims: ['sub', 'iat', 'exp'],
  });
  const header = decodeProtectedHeader(text);
  t.type(header.kid, 'string', 'OpenID Connect Core §10.1: the header has the kid');
  if (nonce !== undefined) t.equal(payload.nonce, nonce);
  if (accessToken !== undefined) t.equal(payload.at_hash, leftHalf(accessToken), 'at_hash');
  if (code !== undefined) t.equal(payload.c_hash, leftHalf(code), 'c_hash');
  return { text, header, claims: payload };
};
