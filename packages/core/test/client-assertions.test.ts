// Client authentication with a JWT (RFC 7523 §3, OpenID Connect Core §9).
import { nodeSystem } from '@claviger/core/node';
import { type JWTPayload, SignJWT } from 'jose';
import t from 'tap';
import type { Jwk, ProviderOptions, WireReply } from '../src/index.ts';
import { epochSeconds } from '../src/index.ts';
import { givenAClient, metadata as givenMetadata } from './support/given-a-flow.ts';
import { type GivenProvider, givenAProvider, startOfTime } from './support/given-a-provider.ts';
import { type Key, makeKey, sign } from './support/signing-key.ts';
import { basic, json, post } from './support/wire.ts';

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const tokenUrl = 'http://127.0.0.1:4444/oauth2/token';

let drawn = 0;
const claims = (change: JWTPayload = {}): JWTPayload => ({
  iss: 'svc',
  sub: 'svc',
  aud: tokenUrl,
  jti: `jti-${drawn++}`,
  iat: startOfTime,
  exp: startOfTime + 60,
  ...change,
});

const without = (member: string): JWTPayload =>
  Object.fromEntries(Object.entries(claims()).filter(([name]) => name !== member));

const ask = (
  { provider }: GivenProvider,
  client_assertion: string,
  change: Record<string, string> = {},
): Promise<WireReply> =>
  post(provider.endpoints.token, {
    grant_type: 'client_credentials',
    client_assertion_type: type,
    client_assertion,
    ...change,
  });

const serviceWith = (given: GivenProvider, jwks: readonly Jwk[]) =>
  givenAClient(given, 'svc', { tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: jwks } });

t.test('private_key_jwt: every asymmetric algorithm, by key id, for the token endpoint or the issuer', async (t) => {
  const keys = await Promise.all(['RS256', 'PS256', 'ES256', 'EdDSA'].map((alg) => makeKey(alg, `key-${alg}`)));
  const given = givenAProvider();
  await serviceWith(
    given,
    keys.map(({ jwk }) => jwk),
  );
  for (const key of keys) {
    t.equal((await ask(given, await sign(key, claims()))).status, 200, key.alg);
    t.equal(
      (await ask(given, await sign(key, claims({ aud: [tokenUrl, 'http://127.0.0.1:4444/'] })), { client_id: 'svc' }))
        .status,
      200,
    );
  }
});

t.test('an assertion with any fault is invalid_client', async (t) => {
  const [key, other] = await Promise.all([makeKey('ES256', 'a'), makeKey('ES256', 'b')]);
  const given = givenAProvider();
  await serviceWith(given, [key.jwk]);
  await givenAClient(given, 'shop');
  const unsigned = `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(claims()))}.`.replaceAll('=', '');
  const hmac = await new SignJWT(claims())
    .setProtectedHeader({ alg: 'HS256', kid: 'a' })
    .sign(new TextEncoder().encode(JSON.stringify(key.jwk)));
  const bad: readonly [string, string][] = [
    ['another issuer', await sign(key, claims({ iss: 'shop' }))],
    ['another subject', await sign(key, claims({ sub: 'shop' }))],
    ['an unknown client', await sign(key, claims({ iss: 'ghost', sub: 'ghost' }))],
    ['another audience', await sign(key, claims({ aud: 'https://other.example/token' }))],
    ['expired', await sign(key, claims({ exp: startOfTime - 31 }))],
    ['without expiry', await sign(key, without('exp'))],
    ['too far in the future', await sign(key, claims({ exp: startOfTime + 25 * 3600 }))],
    ['not valid yet', await sign(key, claims({ nbf: startOfTime + 60 }))],
    ['without jti', await sign(key, without('jti'))],
    ['by a key that is not registered', await sign(other, claims())],
    ['by another key under a registered id', await sign(other, claims(), { kid: 'a' })],
    ['unsigned', unsigned],
    ['a MAC with the public key', hmac],
    ['a request object by its type', await sign(key, claims(), { typ: 'oauth-authz-req+jwt' })],
    ['a request object by what it asks for', await sign(key, claims({ response_type: 'code' }))],
    ['a request object by where its answer goes', await sign(key, claims({ redirect_uri: 'https://svc.example/cb' }))],
    ['no JWT', 'garbage'],
  ];
  for (const [name, assertion] of bad) {
    const reply = await ask(given, assertion);
    t.strictSame([reply.status, json(reply).error], [401, 'invalid_client'], name);
  }
  t.strictSame(given.failures, []);
});

t.test('the audience of an assertion must be the issuer or an endpoint of this server', async (t) => {
  const key = await makeKey('ES256', 'a');
  const evil = 'https://evil.example/';
  for (const issuer of ['http://127.0.0.1:4444/', 'http://127.0.0.1:4444']) {
    const given = givenAProvider({}, { issuer });
    await serviceWith(given, [key.jwk]);
    const statusOf = async (aud: unknown) =>
      (await ask(given, await sign(key, { ...claims(), aud: aud as string[] }))).status;
    for (const aud of [
      ...['http://127.0.0.1:4444', 'http://127.0.0.1:4444/', tokenUrl, 'http://127.0.0.1:4444/oauth2/revoke'],
      ['http://127.0.0.1:4444', tokenUrl],
      ['http://127.0.0.1:4444/', 'http://127.0.0.1:4444'],
    ]) {
      t.equal(await statusOf(aud), 200, `${issuer}: ${String(aud)}`);
    }
    for (const aud of [
      [evil, issuer],
      [issuer, evil],
      [tokenUrl, issuer, 'x'],
      [issuer, ''],
      [issuer, 7],
      [issuer, [issuer]],
      [],
      '',
      'http://127.0.0.1:4444//',
      'http://127.0.0.1:4444/oauth2/token/',
      'HTTP://127.0.0.1:4444/',
      null,
    ]) {
      t.equal(await statusOf(aud), 401, `${issuer}: ${JSON.stringify(aud)}`);
    }
  }
});

t.test('the clock of a client may be off by 30 seconds', async (t) => {
  const key = await makeKey('ES256', 'a');
  const given = givenAProvider();
  await serviceWith(given, [key.jwk]);
  const statusOf = async (change: JWTPayload) => (await ask(given, await sign(key, claims(change)))).status;
  t.equal(await statusOf({ iat: startOfTime + 30, nbf: startOfTime + 30 }), 200);
  t.equal(await statusOf({ nbf: startOfTime + 31 }), 401);
  t.equal(await statusOf({ iat: startOfTime - 60, exp: startOfTime - 29 }), 200);
  t.equal(await statusOf({ exp: startOfTime - 30 }), 401);
  const assertion = await sign(key, claims({ exp: startOfTime + 1 }));
  t.equal((await ask(given, assertion)).status, 200);
  given.wait(30);
  t.equal(
    (await ask(given, assertion)).status,
    401,
    'the use of an assertion is remembered for as long as it would be accepted',
  );
});

t.test('an assertion is accepted once, even from concurrent requests (RFC 7523 §3)', async (t) => {
  const key = await makeKey('ES256', 'a');
  const given = givenAProvider();
  await serviceWith(given, [key.jwk]);
  const assertion = await sign(key, claims());
  const statuses = (await Promise.all(Array.from({ length: 20 }, () => ask(given, assertion)))).map(
    ({ status }) => status,
  );
  t.equal(statuses.filter((status) => status === 200).length, 1);
  t.equal(statuses.filter((status) => status === 401).length, 19);
  given.wait(60);
  t.equal((await ask(given, assertion)).status, 401, 'it is refused in its last second too');
});

t.test('a client uses one authentication method per request, and only the registered one', async (t) => {
  const key = await makeKey('ES256', 'a');
  const given = givenAProvider();
  const svc = await serviceWith(given, [key.jwk]);
  const shop = await givenAClient(given, 'shop');
  const assertion = () => sign(key, claims());
  const { token } = given.provider.endpoints;
  const form = { grant_type: 'client_credentials', client_assertion_type: type };
  t.equal(
    json(await post(token, { ...form, client_assertion: await assertion() }, shop.auth)).error,
    'invalid_request',
  );
  t.equal(json(await ask(given, await assertion(), { client_id: 'svc', client_secret: 'x' })).error, 'invalid_request');
  t.equal(json(await ask(given, await assertion(), { client_assertion_type: 'x' })).error, 'invalid_request');
  t.equal(json(await post(token, form)).error, 'invalid_request');
  t.equal((await post(token, form, basic('svc', svc.secret))).status, 400, 'the assertion is missing');
  t.equal((await post(token, { grant_type: 'client_credentials' }, basic('svc', svc.secret))).status, 401);
  t.equal((await ask(given, await assertion(), { client_id: 'shop' })).status, 401);
});

t.test('client_secret_jwt: a MAC with the secret, which must be long enough and is stored sealed', async (t) => {
  const given = givenAProvider();
  const { admin } = given.provider;
  const svc = await givenAClient(given, 'svc', { tokenEndpointAuthMethod: 'client_secret_jwt' });
  const mac = (secret: string) =>
    new SignJWT(claims()).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
  t.equal((await ask(given, await mac(svc.secret))).status, 200);
  t.equal((await ask(given, await mac(`${svc.secret}x`))).status, 401);
  t.equal(
    (await post(given.provider.endpoints.token, { grant_type: 'client_credentials' }, svc.auth)).status,
    401,
    'not as a password',
  );
  const stored = await given.stores.clients.find('svc');
  t.notMatch(JSON.stringify(stored), svc.secret);

  const metadata = givenMetadata({ tokenEndpointAuthMethod: 'client_secret_jwt' });
  const short = { id: 'short', secret: 'only-20-bytes-long--', metadata };
  await t.rejects(admin.createClient(short), { code: 'invalid_request', hint: /32 bytes/ });
  await admin.updateClient({
    id: 'svc',
    metadata: { ...metadata, tokenEndpointAuthMethod: 'client_secret_basic' },
  });
  t.equal(
    (await post(given.provider.endpoints.token, { grant_type: 'client_credentials' }, svc.auth)).status,
    200,
    'its secret stays',
  );
  await t.rejects(admin.updateClient({ id: 'svc', metadata }), {
    code: 'invalid_request',
    hint: /sent again/,
  });
});

t.test('jwks_uri: fetched once, and again for an unknown key, but not for every forged key id', async (t) => {
  const [first, second] = await Promise.all([makeKey('ES256', 'first'), makeKey('ES256', 'second')]);
  let published: readonly Jwk[] = [first.jwk];
  let fetched = 0;
  const remoteDocuments = {
    fetch: async () => {
      fetched += 1;
      return JSON.stringify({ keys: published });
    },
  };
  let now = startOfTime;
  const clock = { now: () => now };
  const system = { ...nodeSystem({ systemSecret: 'a system secret for tests' }), clock, remoteDocuments };
  const given = givenAProvider({}, { system } satisfies Partial<ProviderOptions>);
  await givenAClient(given, 'svc', {
    tokenEndpointAuthMethod: 'private_key_jwt',
    jwksUri: 'https://svc.example/jwks.json',
  });
  const fresh = () => claims({ exp: now + 60 });
  for (const _ of [1, 2, 3]) t.equal((await ask(given, await sign(first, fresh()))).status, 200);
  t.equal(fetched, 1);
  t.equal((await ask(given, await sign(second, fresh()))).status, 401);
  t.equal(fetched, 1, 'fetched a moment ago');
  published = [first.jwk, second.jwk];
  now = epochSeconds(now + 10);
  t.equal((await ask(given, await sign(second, fresh()))).status, 200);
  t.equal(fetched, 2);
  now = epochSeconds(now + 300);
  t.equal((await ask(given, await sign(first, fresh()))).status, 200);
  t.equal(fetched, 3, 'after five minutes');
});

t.test('jwks_uri that stops answering: known keys stay valid for an hour', async (t) => {
  const [known, forged] = await Promise.all([makeKey('ES256', 'known'), makeKey('ES256', 'forged')]);
  let away = false;
  const remoteDocuments = {
    fetch: async () => {
      if (away) throw new Error('away');
      return JSON.stringify({ keys: [known.jwk] });
    },
  };
  let now = startOfTime;
  const clock = { now: () => now };
  const system = { ...nodeSystem({ systemSecret: 'a system secret for tests' }), clock, remoteDocuments };
  const given = givenAProvider({}, { system } satisfies Partial<ProviderOptions>);
  await givenAClient(given, 'svc', {
    tokenEndpointAuthMethod: 'private_key_jwt',
    jwksUri: 'https://svc.example/jwks.json',
  });
  const askWith = async (key: Key) => (await ask(given, await sign(key, claims({ exp: now + 60 })))).status;
  t.equal(await askWith(known), 200);
  away = true;
  now = epochSeconds(now + 20);
  t.equal(await askWith(forged), 401);
  t.equal(await askWith(known), 200, 'an unknown key does not evict a known one');
  now = epochSeconds(now + 1000);
  t.equal(await askWith(known), 200);
  now = epochSeconds(now + 3600);
  t.equal(await askWith(known), 401, 'too old to be trusted');
  away = false;
  t.equal(await askWith(known), 200, 'it recovers automatically');
});

t.test('jwks_uri: many large documents evict the oldest, so that strangers cannot fill the memory', async (t) => {
  const key = await makeKey('ES256', 'k');
  const text = JSON.stringify({ keys: [key.jwk], padding: 'x'.repeat(120_000) });
  const fetched: string[] = [];
  const remoteDocuments = {
    fetch: async (uri: string) => {
      fetched.push(uri);
      return text;
    },
  };
  const clock = { now: () => startOfTime };
  const system = { ...nodeSystem({ systemSecret: 'a system secret for tests' }), clock, remoteDocuments };
  const given = givenAProvider({}, { system } satisfies Partial<ProviderOptions>);
  const uriOf = (index: number): string => `https://svc.example/${index}.json`;
  const askAs = async (index: number): Promise<number> => {
    const id = `svc-${index}`;
    return (await ask(given, await sign(key, claims({ iss: id, sub: id })))).status;
  };
  for (let index = 0; index < 80; index += 1) {
    await givenAClient(given, `svc-${index}`, { tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: uriOf(index) });
    t.equal(await askAs(index), 200);
  }
  fetched.length = 0;
  for (const index of [79, 40, 0]) t.equal(await askAs(index), 200);
  t.same(fetched, [uriOf(0)], 'only the oldest has to be fetched again');
});

t.test('a time may have a fraction (RFC 7519 §2); a subject that is not a string is refused', async (t) => {
  const given = givenAProvider();
  const key = await makeKey('ES256', 'k');
  await serviceWith(given, [key.jwk]);
  const ends: number[] = [];
  const { leases } = given.stores;
  const acquire = leases.acquire.bind(leases);
  leases.acquire = (lease, now) => {
    ends.push(lease.until);
    return acquire(lease, now);
  };
  t.equal((await ask(given, await sign(key, claims({ exp: startOfTime + 60.5 })))).status, 200);
  t.same(ends, [startOfTime + 61 + 90], 'the store gets whole seconds, with a margin for clocks that differ');
  const odd = await sign(key, { ...claims(), sub: 123 as unknown as string });
  t.match(await ask(given, odd), { status: 401 });
});
