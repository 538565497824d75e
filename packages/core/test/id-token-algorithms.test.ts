// ID tokens, signed userinfo and hints in every algorithm, as clients register them.
import { createHash } from 'node:crypto';
import { type ProposedMetadata, type SigningAlgorithm, signingAlgorithms } from '@claviger/core';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import t from 'tap';
import { authorizeUrl, givenAClient, redeem, refresh, Visit } from './support/given-a-flow.ts';
import { type GivenProvider, givenAProvider, startOfTime } from './support/given-a-provider.ts';
import { get, json, location } from './support/wire.ts';

const hybrid: Partial<ProposedMetadata> = {
  responseTypes: ['code', 'code id_token token'],
  grantTypes: ['authorization_code', 'implicit', 'refresh_token'],
};

/** OpenID Connect Core §3.1.3.6: the hash of each algorithm. RFC 8032 §5.1 has Ed25519 use SHA-512. */
const hashes: Readonly<Record<SigningAlgorithm, string>> = {
  RS256: 'sha256',
  PS256: 'sha256',
  ES256: 'sha256',
  EdDSA: 'sha512',
};

const leftHalf = (hash: string, text = ''): string => {
  const digest = createHash(hash).update(text).digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
};

const verified = async ({ provider }: GivenProvider, jwt: string, alg: SigningAlgorithm) => {
  const keys = createLocalJWKSet(JSON.parse((await get(provider.endpoints.jwks, '/')).body));
  const currentDate = new Date(startOfTime * 1000);
  return (await jwtVerify(jwt, keys, { currentDate, algorithms: [alg], typ: 'JWT' })).payload;
};

for (const alg of signingAlgorithms) {
  t.test(`a client that registers ${alg} gets it, with the hashes that belong to it`, async (t) => {
    const given = givenAProvider();
    const client = await givenAClient(given, 'shop', { ...hybrid, idTokenSignedResponseAlg: alg });
    const visit = new Visit(given);
    const reply = await visit.run(authorizeUrl(client, { response_type: 'code id_token token' }), { remember: true });
    const answer = Object.fromEntries(new URLSearchParams(location(reply).hash.slice(1)));
    const claims = await verified(given, answer.id_token ?? '', alg);
    t.equal(claims.at_hash, leftHalf(hashes[alg], answer.access_token), 'OpenID Connect Core §3.2.2.9');
    t.equal(claims.c_hash, leftHalf(hashes[alg], answer.code), 'OpenID Connect Core §3.3.2.11');

    const tokens = json(await redeem(given, client, answer.code ?? ''));
    t.match(await verified(given, String(tokens.id_token), alg), { sub: 'alice', aud: ['shop'] });
    const refreshed = json(await refresh(given, client, String(tokens.refresh_token)));
    t.match(await verified(given, String(refreshed.id_token), alg), { sub: 'alice' });

    const hinted = await visit.browser.visit(authorizeUrl(client, { id_token_hint: answer.id_token ?? '' }));
    t.match(String(hinted.headers.location), /login_challenge=/, 'it is accepted as a hint');
  });

  t.test(`userinfo is signed with ${alg} for a client that registers it`, async (t) => {
    const given = givenAProvider({ idTokenSigningAlg: alg === 'RS256' ? 'ES256' : 'RS256' });
    const client = await givenAClient(given, 'shop', { userinfoSignedResponseAlg: alg });
    const tokens = json(await redeem(given, client, await new Visit(given).code(authorizeUrl(client))));
    const { userinfo } = given.provider.endpoints;
    const reply = await get(userinfo, '/userinfo', { authorization: `Bearer ${String(tokens.access_token)}` });
    t.equal(reply.headers['content-type'], 'application/jwt');
    t.strictSame(await verified(given, reply.body, alg), {
      sub: 'alice',
      iss: 'http://127.0.0.1:4444/',
      aud: ['shop'],
    });
  });
}

t.test('without a registered algorithm the default of the server applies', async (t) => {
  for (const idTokenSigningAlg of ['EdDSA', 'RS256'] as const) {
    const given = givenAProvider({ idTokenSigningAlg });
    const client = await givenAClient(given);
    const tokens = json(await redeem(given, client, await new Visit(given).code(authorizeUrl(client))));
    t.equal(decodeProtectedHeader(String(tokens.id_token)).alg, idTokenSigningAlg);
  }
});

t.test('discovery lists the algorithms, RS256 among them', async (t) => {
  const { provider } = givenAProvider();
  const document = json(await get(provider.endpoints.discovery, '/'));
  t.strictSame(document.id_token_signing_alg_values_supported, ['RS256', 'PS256', 'ES256', 'EdDSA']);
  t.strictSame(document.userinfo_signing_alg_values_supported, ['none', 'RS256', 'PS256', 'ES256', 'EdDSA']);
});

t.test('a hint is accepted as long as the key that signed it is published', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const { admin } = given.provider;
  const visit = new Visit(given);
  const idToken = String(json(await redeem(given, client, await visit.code(authorizeUrl(client)))).id_token);
  const kid = String(decodeProtectedHeader(idToken).kid);
  const set = 'hydra.openid.id-token';
  await admin.createKeys({ set, alg: 'RS256', kid: 'next', use: 'sig' });
  const hinted = (change = {}) => visit.browser.visit(authorizeUrl(client, { id_token_hint: idToken, ...change }));
  t.match(String((await hinted()).headers.location), /login_challenge/, 'after a rotation');
  await admin.deleteKey(set, kid);
  t.match(
    String((await hinted()).headers.location),
    /login_challenge/,
    'once its key is no longer published, the person has to log in',
  );
  t.match(String((await hinted({ prompt: 'none' })).headers.location), /error=login_required/);
});
