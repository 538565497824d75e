// When keys sign and when they are removed, as plain rules.
import t from 'tap';
import { expiredKeys, needsSuccessor, type ScheduledKey, signerFor } from '../src/domain/key-schedule.ts';
import { hashBitsOf, signingAlgorithms, suits } from '../src/domain/server-signing-algorithms.ts';
import { epochSeconds, seconds } from '../src/domain/time.ts';

const schedule = { interval: seconds(1000), publishAhead: seconds(100), keepFor: seconds(50) };

const rsa = { kty: 'RSA', alg: 'RS256' };
const curve = { kty: 'EC', crv: 'P-256' };

const key = (name: string, signsFrom: number, jwk: ScheduledKey['jwk'] = rsa): ScheduledKey => ({
  name,
  jwk,
  signsFrom: epochSeconds(signsFrom),
});

t.test('the newest key whose time has come signs; if there is none, the oldest key that waits', async (t) => {
  const keys = [key('next', 200), key('now', 100), key('before', 0)];
  const signer = (now: number, among = keys) => signerFor(among, 'RS256', epochSeconds(now))?.name;
  t.equal(signer(99), 'before');
  t.equal(signer(100), 'now');
  t.equal(signer(199), 'now');
  t.equal(signer(200), 'next');
  t.equal(signer(10, [key('later', 200), key('sooner', 100)]), 'sooner');
  t.equal(signerFor(keys, 'ES256', epochSeconds(200)), undefined);
});

t.test('a key that an administrator adds permanently replaces one that waits', async (t) => {
  const keys = [key('added', 150), key('waiting', 200), key('old', 0)];
  for (const now of [150, 200, 9999]) t.equal(signerFor(keys, 'RS256', epochSeconds(now))?.name, 'added');
});

t.test('type, curve and alg decide which algorithms a key serves', async (t) => {
  const fits = (jwk: ScheduledKey['jwk']) => signingAlgorithms.filter((alg) => suits(jwk, alg));
  t.strictSame(fits(rsa), ['RS256']);
  t.strictSame(fits({ kty: 'RSA' }), ['RS256', 'PS256']);
  t.strictSame(fits({ kty: 'RSA', alg: 'RS512' }), []);
  t.strictSame(fits(curve), ['ES256']);
  t.strictSame(fits({ kty: 'EC', crv: 'P-521' }), []);
  t.strictSame(fits({ kty: 'OKP', crv: 'Ed25519' }), ['EdDSA']);
  t.strictSame(fits({ kty: 'oct' }), []);
  t.strictSame(signingAlgorithms.map(hashBitsOf), [256, 256, 256, 512]);
});

t.test('a successor is created early enough to sign when its predecessor has signed for the interval', async (t) => {
  t.equal(needsSuccessor(key('now', 0), schedule, epochSeconds(899)), false);
  t.equal(needsSuccessor(key('now', 0), schedule, epochSeconds(900)), true);
  t.equal(needsSuccessor(key('waits', 1000), schedule, epochSeconds(900)), false);
});

t.test(
  'a key is removed when newer keys have signed for long enough with every algorithm that it serves',
  async (t) => {
    const gone = (keys: readonly ScheduledKey[], now: number) =>
      expiredKeys(keys, signingAlgorithms, schedule, epochSeconds(now)).map(({ name }) => name);
    const pair = [key('new', 100), key('old', 0)];
    t.strictSame(gone(pair, 149), []);
    t.strictSame(gone(pair, 150), ['old']);
    t.strictSame(gone([key('newest', 200), ...pair], 150), ['old']);
    t.strictSame(
      gone([key('curve', 100, curve), key('old', 0)], 9999),
      [],
      'a key of another algorithm does not replace it',
    );
    const both = key('both', 0, { kty: 'RSA' });
    t.strictSame(gone([key('new', 100), both], 9999), [], 'it still signs PS256');
    t.strictSame(gone([key('ps', 100, { kty: 'RSA', alg: 'PS256' }), key('new', 100), both], 150), ['both']);
    const foreign = key('foreign', 0, { kty: 'EC', crv: 'P-521' });
    t.strictSame(gone([key('new', 100), foreign], 9999), [], 'a key that signs nothing is kept');
  },
);
