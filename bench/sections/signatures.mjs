// How many signatures a second of one core's time is worth: what bounds every operation that signs.
import { generateKeyPairSync, sign } from 'node:crypto';
import { median, table, thousands } from '../lib/figures.mjs';

const kinds = {
  RS256: { ...generateKeyPairSync('rsa', { modulusLength: 2048 }), digest: 'sha256' },
  ES256: { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }), digest: 'sha256' },
  EdDSA: { ...generateKeyPairSync('ed25519'), digest: null },
};

const input = Buffer.alloc(700, 'x');

/** Operations per CPU second of this process, by algorithm, one for each round. */
export const signatures = ({ rounds, seconds, log }) => {
  const found = new Map();
  for (let round = 0; round < rounds; round += 1) {
    for (const [alg, { privateKey, digest }] of Object.entries(kinds)) {
      const begun = process.cpuUsage();
      const end = performance.now() + seconds * 1000;
      let count = 0;
      for (; performance.now() < end; count += 1) sign(digest, input, { key: privateKey, dsaEncoding: 'ieee-p1363' });
      const { user, system } = process.cpuUsage(begun);
      const rate = count / ((user + system) / 1e6);
      found.set(alg, [...(found.get(alg) ?? []), rate]);
      log(`signatures, ${alg}: ${thousands(rate)} per CPU second`);
    }
  }
  return found;
};

export const signatureTable = (found) =>
  [
    '### Signatures per CPU second, one core, nothing else',
    '',
    table(
      ['algorithm', 'signatures'],
      [...found].map(([alg, rates]) => [alg, thousands(median(rates))]),
    ),
    '',
  ].join('\n');
