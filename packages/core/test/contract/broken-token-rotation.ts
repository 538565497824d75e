// Faults of token stores: rotating refresh tokens.
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
    caughtBy: 'a rotated refresh token is found, and said to be rotated, until it expires',
    breaks: afterRotating((sound, _result, key) => sound.removeToken(key)),
  },
  {
    fault: 'removes the other refresh tokens of the grant too',
    caughtBy: 'a rotation removes the older access tokens of the grant, and nothing else of it',
    breaks: afterRotating((sound, _result, { grantId }) =>
      sound.removeToken({ grantId, hash: hashOf('parallel-refresh') }),
    ),
  },
  {
    fault: 'leaves the older access tokens alive',
    caughtBy: 'a rotation removes the older access tokens of the grant, and nothing else of it',
    breaks: findingTokensAsGiven((token) => token.kind === 'access'),
  },
  {
    fault: 'removes access tokens of another grant',
    caughtBy: 'a rotation leaves the tokens of other grants alone',
    breaks: afterRotating((sound) => sound.removeToken({ grantId: grantIdOf('other'), hash: hashOf('access') })),
  },
  {
    fault: 'repeats a rotation whose successor was used already',
    caughtBy: 'once its successor was rotated, a rotated refresh token is reused, within the grace too',
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
    caughtBy: "within the grace a repeat gets the first rotation's sealed value, and changes nothing",
    breaks: rotating((sound) => async (key, rotation, now) => {
      const result = await sound.rotateRefreshToken(key, rotation, now);
      return result.outcome === 'repeated' ? { ...result, sealed: rotation.sealed } : result;
    }),
  },
  {
    fault: 'starts the grace anew with every repeat',
    caughtBy: 'a repeat counts its grace from the rotation, not from the last repeat',
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
    fault: 'lets the grace last a second longer',
    caughtBy: 'at the second in which the grace ends the same token is reused, and the grant is revoked',
    breaks: rotating((sound) => (key, rotation, now) => {
      const grace = seconds(rotation.grace > 0 ? rotation.grace + 1 : 0);
      return sound.rotateRefreshToken(key, { ...rotation, grace }, now);
    }),
  },
  {
    fault: 'subtracts times without looking which is later',
    caughtBy: 'a grace of 0 never repeats, even for a caller whose clock is behind',
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
    caughtBy: 'reusing the first of a long chain ends the last',
    breaks: rotating((sound) => async (key, rotation, now) => {
      const found = await sound.findToken(key, now);
      const rotated = found?.owner === 'grant' && found.rotated;
      return rotated ? { outcome: 'reused' } : sound.rotateRefreshToken(key, rotation, now);
    }),
  },
  {
    fault: 'revokes all grants of the client after a reuse',
    caughtBy: 'a reuse leaves other grants of the same client and subject alone',
    breaks: afterRotating(async (sound, { outcome }) => {
      if (outcome === 'reused') await sound.revokeGrants({ clientId: 'app' }, epochSeconds(0));
    }),
  },
  {
    fault: 'looks first and rotates later',
    caughtBy: 'of 20 rotations of one token at once without grace, one wins; then the grant is revoked',
    breaks: looksFirst,
  },
  {
    fault: 'looks first and rotates later, grace or not',
    caughtBy: "of 20 rotations of one token at once with grace, one wins and 19 repeat the winner's sealed value",
    breaks: looksFirst,
  },
  {
    fault: 'rotates a second late',
    caughtBy: 'a refresh token can be rotated until the second before its expiry, and saves nothing from then on',
    breaks: rotating((sound) => (key, rotation, now) => sound.rotateRefreshToken(key, rotation, shiftedBy(-1, now))),
  },
  {
    fault: 'saves successors of a dead token alive',
    caughtBy: 'a refresh token that was removed, or whose grant was revoked, is missing and saves nothing',
    breaks: reviving,
  },
  {
    fault: 'saves successors of a grant that is being revoked alive',
    caughtBy: 'whichever comes first of a rotation and a revocation at once, nothing is alive afterwards',
    breaks: reviving,
  },
  {
    fault: 'repeats with the answer that it handed out before',
    caughtBy:
      'what a caller does to the successors that it gave, or to the answer that it got, does not reach the store',
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
