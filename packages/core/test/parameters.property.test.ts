// Properties of request parameters and of PKCE.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { isCodeVerifier, isS256Challenge } from '../src/domain/pkce.ts';
import { queryOf, readParameters } from '../src/protocol/parameters.ts';
import { authorizeUrl, givenAClient, redeem, Visit } from './support/given-a-flow.ts';
import { givenAProvider } from './support/given-a-provider.ts';
import { holds } from './support/properties.ts';
import { json } from './support/wire.ts';

const name = fc.oneof(
  fc.constantFrom('scope', 'state', 'resource', 'client_id', '__proto__', 'constructor', 'toString', ''),
  fc.string({ unit: 'grapheme' }),
);
const value = fc.oneof(fc.constantFrom('', ' ', ' a ', 'https://api.example/'), fc.string({ unit: 'grapheme' }));

t.test(
  'the first value of each parameter counts, every repetition is reported, and an empty value is absent',
  async (t) => {
    holds(t, fc.array(fc.tuple(name, value)), (pairs) => {
      const { values, repeated } = readParameters(new URLSearchParams(pairs));
      return pairs.every(([name], index) => {
        const all = pairs.filter(([other]) => other === name).map(([, value]) => value);
        if (name === 'resource')
          return !repeated.includes(name) && (values[name] ?? '') === all.filter(Boolean).join(' ');
        const isFirst = pairs.findIndex(([other]) => other === name) === index;
        const kept = Object.hasOwn(values, name) ? values[name] : '';
        return kept === all[0] && (isFirst || repeated.includes(name)) && all.length > 1 === repeated.includes(name);
      });
    });
  },
);

t.test('no parameter name reaches a member that every object inherits', async (t) => {
  holds(t, fc.array(fc.tuple(name, value)), (pairs) => {
    const { values } = readParameters(new URLSearchParams(pairs));
    const sent = new Set(pairs.map(([name]) => name));
    return ['toString', 'constructor', '__proto__', 'hasOwnProperty'].every(
      (each) => sent.has(each) || values[each] === undefined,
    );
  });
});

t.test('the query of a URL is returned as it was sent', async (t) => {
  holds(t, fc.tuple(fc.webPath(), fc.array(fc.tuple(name, value))), ([path, pairs]) => {
    const sent = new URLSearchParams(pairs);
    return String(queryOf(`${path}?${sent}`)) === String(sent) && String(queryOf(path)) === '';
  });
});

const unreserved = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~';
const verifier = fc.string({ unit: fc.constantFrom(...unreserved), minLength: 43, maxLength: 128 });
const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

t.test(
  'a verifier is 43 to 128 unreserved characters, its challenge 43 of base64url (RFC 7636 §4.1, §4.2)',
  async (t) => {
    holds(t, verifier, (text) => isCodeVerifier(text) && isS256Challenge(challengeOf(text)));
    const borders = fc
      .constantFrom(42, 43, 44, 127, 128, 129)
      .map((length) => ({ minLength: length, maxLength: length }));
    const any = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 140 }),
      borders.chain((length) => fc.string({ unit: fc.constantFrom(...unreserved), ...length })),
      borders.chain((length) => fc.string({ unit: fc.constantFrom(...unreserved, '+', '='), ...length })),
    );
    holds(t, any, (text) => {
      const right = text.length >= 43 && text.length <= 128 && [...text].every((one) => unreserved.includes(one));
      return isCodeVerifier(text) === right;
    });
    holds(
      t,
      any,
      (text) =>
        isS256Challenge(text) ===
        (text.length === 43 &&
          Buffer.from(text, 'base64url').toString('base64url').length === 43 &&
          !/[^\w-]/.test(text)),
    );
  },
);

/** Verifiers that are similar to the right one. */
const forged = (right: string): fc.Arbitrary<string> =>
  fc.oneof(
    verifier,
    fc.constantFrom(
      '',
      challengeOf(right),
      `${right}A`,
      right.slice(1),
      right.toUpperCase(),
      right.toLowerCase(),
      `${right} `,
    ),
    fc.string({ unit: 'binary', maxLength: 128 }),
  );

t.test('only the verifier of the challenge redeems the code (RFC 7636 §4.6)', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const [right = '', ...others] = fc.sample(verifier, 1);
  t.same(others, []);
  const challenge = { code_challenge: challengeOf(right), code_challenge_method: 'S256' };
  for (const sent of [right, ...fc.sample(forged(right), 40)]) {
    const code = await new Visit(given).code(authorizeUrl(client, challenge));
    const answer = json(await redeem(given, client, code, { code_verifier: sent }));
    if (sent === right) t.match(answer, { token_type: 'bearer' });
    else t.match(answer, { error: 'invalid_grant' }, JSON.stringify(sent));
  }
});
