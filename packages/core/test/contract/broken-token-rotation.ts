// Broken token stores: rotation of refresh tokens.
import { grantIdOf, hashOf } from '../../src/contract/fixtures.ts';
import { type EpochSeconds, epochSeconds, type RotationResult, seconds, type TokenStore } from '../../src/index.ts';
import { type Fault, pause } from './broken-stores.ts';
import { findingTokensAsGiven, reviving } from './broken-token-finding.ts';

type Rotate = TokenStore['rotateRefreshToken'];
type Breaks = Fault<TokenStore>['breaks'];

const rotating =
  (change: (sound: TokenStore) => Rotate): Breaks =>
  (sound) => ({ rotateRefreshToken: change(sound) });

const afterRotating = (
  act: (sound: TokenStore, result: RotationResult, key: Parameters<Rotate>[0]) => Promise<unknown>,
): Breaks =>
  rotating((sound) => async (key, rotation, now) => {
    const result = await sound.rotateRefreshToken(key, rotation, now);
    await act(sound, result, key);
    return result;
  });

const looksFirst: Breaks = rotating((sound) => async (key, rotation, now) => {
  const found = await sound.findToken(key, now);
  await pause();
  const result = await sound.rotateRefreshToken(key, rotation, now);
  if (found?.owner !== 'grant' || found.rotated || found.token.kind === 'access') return result;
  return { outcome: 'rotated' };
});

const shiftedBy = (by: number, now: EpochSeconds): EpochSeconds => epochSeconds(now + by);

export const rotationFaults: readonly Fault<TokenStore>[] = [
  {
    fault: 'forgets a field of a successor',
    caughtBy: 'a rotation saves the successors with every field',
    breaks: rotating((sound) => (key, rotation, now) => {
      const successors = rotation.successors.map((token) => ({ ...token, scope: null }));
      return sound.rotateRefreshToken(key, { ...rotation, successors }, now);
    }),
  },
  {
    fault: 'deletes a refresh token when it is rotated',
    caughtBy: 'a rotated refresh token is found, marked as rotated, until it expires',
    breaks: afterRotating((sound, _result, key) => sound.removeToken(key)),
  },
  {
    fault: 'removes the other refresh tokens of the grant too',
    caughtBy: 'a rotation removes the older access tokens of the grant and leaves the rest of it',
    breaks: afterRotating((sound, _result, { grantId }) =>
      sound.removeToken({ grantId, hash: hashOf('parallel-refresh') }),
    ),
  },
  {
    fault: 'leaves the older access tokens alive',
    caughtBy: 'a rotation removes the older access tokens of the grant and leaves the rest of it',
    breaks: findingTokensAsGiven((token) => token.kind === 'access'),
  },
  {
    fault: 'removes access tokens of another grant',
    caughtBy: 'a rotation does not affect the tokens of other grants',
    breaks: afterRotating((sound) => sound.removeToken({ grantId: grantIdOf('other'), hash: hashOf('access') })),
  },
  {
    fault: 'repeats a rotation whose successor has already been used',
    caughtBy: 'once its successor was rotated, using a rotated refresh token is a reuse, even within the grace',
    breaks: (sound) => {
      const first = new Map<string, string>();
      return {
        rotateRefreshToken: async (key, rotation, now) => {
          const sealed = first.get(key.hash);
          const found = await sound.findToken(key, now);
          if (sealed !== undefined && found?.owner === 'grant') return { outcome: 'repeated', sealed };
          first.set(key.hash, rotation.sealed);
          return sound.rotateRefreshToken(key, rotation, now);
        },
      };
    },
  },
  {
    fault: "repeats with the caller's own sealed value",
    caughtBy: "within the grace, a repeat gets the first rotation's sealed value and changes nothing",
    breaks: rotating((sound) => async (key, rotation, now) => {
      const result = await sound.rotateRefreshToken(key, rotation, now);
      return result.outcome === 'repeated' ? { ...result, sealed: rotation.sealed } : result;
    }),
  },
  {
    fault: 'restarts the grace with every repeat',
    caughtBy: 'the grace of a repeat is counted from the rotation, not from the last repeat',
    breaks: (sound) => {
      let more = 0;
      return {
        rotateRefreshToken: async (key, rotation, now) => {
          const grace = seconds(rotation.grace + more);
          const result = await sound.rotateRefreshToken(key, { ...rotation, grace }, now);
          if (result.outcome === 'repeated') more = rotation.grace;
          return result;
        },
      };
    },
  },
  {
    fault: 'lets the grace last a second too long',
    caughtBy: 'from the second in which the grace ends, using the same token is a reuse and revokes the grant',
    breaks: rotating((sound) => (key, rotation, now) => {
      const grace = seconds(rotation.grace > 0 ? rotation.grace + 1 : 0);
      return sound.rotateRefreshToken(key, { ...rotation, grace }, now);
    }),
  },
  {
    fault: 'subtracts times without checking which is later',
    caughtBy: 'with a grace of 0, a rotation is never repeated, even for a caller whose clock is behind',
    breaks: (sound) => {
      const rotatedAt = new Map<string, number>();
      return {
        rotateRefreshToken: async (key, rotation, now) => {
          const since = now - (rotatedAt.get(key.hash) ?? now);
          if (since < 0) return sound.rotateRefreshToken(key, { ...rotation, grace: seconds(1) }, now);
          rotatedAt.set(key.hash, now);
          return sound.rotateRefreshToken(key, rotation, now);
        },
      };
    },
  },
  {
    fault: 'reports a reuse and revokes nothing',
    caughtBy: 'reusing the first token of a long chain revokes the last one',
    breaks: rotating((sound) => async (key, rotation, now) => {
      const found = await sound.findToken(key, now);
      const rotated = found?.owner === 'grant' && found.rotated;
      return rotated ? { outcome: 'reused' } : sound.rotateRefreshToken(key, rotation, now);
    }),
  },
  {
    fault: 'revokes all grants of the client after a reuse',
    caughtBy: 'a reuse does not affect other grants of the same client and subject',
    breaks: afterRotating(async (sound, { outcome }) => {
      if (outcome === 'reused') await sound.revokeGrants({ clientId: 'app' }, epochSeconds(0));
    }),
  },
  {
    fault: 'checks first and rotates later',
    caughtBy: 'of 20 concurrent rotations of one token without grace, one succeeds, and the grant is then revoked',
    breaks: looksFirst,
  },
  {
    fault: 'checks first and rotates later, with and without grace',
    caughtBy: 'of 20 concurrent rotations of one token with grace, one succeeds and 19 repeat its sealed value',
    breaks: looksFirst,
  },
  {
    fault: 'rotates a second late',
    caughtBy:
      'a refresh token can be rotated until the second before its expiry; from then on, an attempt saves nothing',
    breaks: rotating((sound) => (key, rotation, now) => sound.rotateRefreshToken(key, rotation, shiftedBy(-1, now))),
  },
  {
    fault: 'saves successors of a dead token alive',
    caughtBy: 'a refresh token that was removed or whose grant was revoked is missing and saves nothing',
    breaks: reviving,
  },
  {
    fault: 'saves successors of a grant that is being revoked alive',
    caughtBy: 'after a concurrent rotation and revocation, in either order, nothing is alive',
    breaks: reviving,
  },
  {
    fault: 'returns the same answer object for every repeat',
    caughtBy: 'a caller that modifies the successors it passed, or the answer it received, does not change the store',
    breaks: (sound) => {
      let handedOut: RotationResult | undefined;
      return {
        rotateRefreshToken: async (key, rotation, now) => {
          const result = await sound.rotateRefreshToken(key, rotation, now);
          if (result.outcome !== 'repeated') return result;
          handedOut ??= result;
          return handedOut;
        },
      };
    },
  },
];
