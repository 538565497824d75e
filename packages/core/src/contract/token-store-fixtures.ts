// Records of the TokenStore cases: a grant with a code, an access and a refresh token, and their successors.
import { seconds } from '../domain/time.ts';
import type { GrantToken, TokenKey } from '../domain/token.ts';
import type { Rotation, TokenStore } from '../ports/token-store.ts';
import { fullCode, fullToken, grantIdOf, hashOf, later, now } from './fixtures.ts';

export const keyOf = (hash: string, grant = 'grant'): TokenKey => ({ grantId: grantIdOf(grant), hash: hashOf(hash) });

export const codeKey = fullCode().key;
export const accessKey = keyOf('access');
export const refreshKey = keyOf('refresh');

/** An access and a refresh token; their hashes start with `generation`. */
export const tokenPair = (generation = '', grant = 'grant'): readonly [GrantToken, GrantToken] => [
  fullToken({ key: keyOf(`${generation}access`, grant) }),
  fullToken({
    key: keyOf(`${generation}refresh`, grant),
    kind: 'refresh',
    scope: null,
    audience: null,
    expiresAt: later(500_000),
  }),
];

export const firstTokens = (): readonly GrantToken[] => tokenPair();

/** A rotation to the pair of `generation`. */
export const rotationTo = (generation: string, grace = 0): Rotation => ({
  successors: tokenPair(generation),
  sealed: `sealed ${generation}`,
  grace: seconds(grace),
});

/** The keys, by the label of their hash, that still find a token. */
export const aliveOf = async (
  store: TokenStore,
  labels: readonly string[],
  grant = 'grant',
  at = now,
): Promise<string[]> => {
  const found = await Promise.all(labels.map((label) => store.findToken(keyOf(label, grant), at)));
  return labels.filter((_, index) => found[index] !== undefined);
};
