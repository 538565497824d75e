// Registration of clients by an administrator.
import {
  type ClientStore,
  defaultSettings,
  emptyClientMetadata,
  epochSeconds,
  type Flow,
  type Grant,
  OAuthError,
  type Page,
  type ProposedMetadata,
  seconds,
} from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import { nodeSystem } from '@claviger/core/node';
import t from 'tap';
import { makeCreateClient } from '../src/usecases/clients/create-client.ts';
import { makeDeleteClient } from '../src/usecases/clients/delete-client.ts';
import { makeChangeClient, makeUpdateClient } from '../src/usecases/clients/update-client.ts';
import { StoredSigningKeys } from '../src/usecases/keys/stored-signing-keys.ts';

const given = (settings = defaultSettings) => {
  let now = 1_500_000_000;
  const system = nodeSystem({ systemSecret: 'a-secret-of-the-tests', clock: { now: () => epochSeconds(now) } });
  const stores = memoryStores();
  const signingKeys = new StoredSigningKeys({ ...stores, events: null, system, settings });
  const deps = { ...stores, events: null, system, settings, signingKeys };
  const create = makeCreateClient(deps);
  return {
    stores,
    system,
    signingKeys,
    create,
    update: makeUpdateClient(deps),
    get: (id: string) => deps.clients.find(id),
    list: (page: Page) => deps.clients.list(page),
    remove: makeDeleteClient(deps),
    register: (id: string | undefined, metadata: Partial<ProposedMetadata> = {}, secret?: string) =>
      create({ id, secret, metadata: { ...emptyClientMetadata, ...metadata } }),
    pass: (length: number) => {
      now += length;
    },
  };
};

t.test('an empty client id is refused', async (t) => {
  const { register, list } = given();
  await t.rejects(register(''), { code: 'invalid_request', hint: 'client_id must not be empty.' });
  t.same(await list({ limit: 10, offset: 0 }), []);
});

t.test('a client registered without metadata gets an id, a secret of 256 bits and the defaults', async (t) => {
  const { register, get, system } = given();
  const result = await register(undefined);
  if (result.outcome !== 'created') return t.fail(result.outcome);
  t.match(result.client.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  t.match(result.secret, /^[A-Za-z0-9_-]{43}$/);
  t.same(result.client.metadata, {
    ...emptyClientMetadata,
    tokenEndpointAuthMethod: 'client_secret_basic',
    subjectType: 'public',
    userinfoSignedResponseAlg: 'none',
  });
  t.same(await get(result.client.id), result.client);
  t.notMatch(JSON.stringify(result.client), result.secret ?? '', 'the secret is not stored');
  t.ok(await system.secretHasher.verify(result.secret ?? '', result.client.storedSecret ?? ''));
});

t.test('two clients registered without metadata share neither id nor secret', async (t) => {
  const { register } = given();
  const [a, b] = [await register(undefined), await register(undefined)];
  if (a.outcome !== 'created' || b.outcome !== 'created') return t.fail();
  t.not(a.client.id, b.client.id);
  t.not(a.secret, b.secret);
});

t.test('a secret that was sent is stored and returned once', async (t) => {
  const { register, system } = given();
  const result = await register('shop', {}, 'chosen');
  if (result.outcome !== 'created') return t.fail(result.outcome);
  t.equal(result.secret, 'chosen');
  t.ok(await system.secretHasher.verify('chosen', result.client.storedSecret ?? ''));
  t.notOk(await system.secretHasher.verify('other!', result.client.storedSecret ?? ''));
});

t.test('RFC 6749 §2.1: a public client receives no secret', async (t) => {
  const { register } = given();
  t.match(await register('app', { tokenEndpointAuthMethod: 'none' }), { outcome: 'created', secret: null });
});

t.test(
  'RFC 6749 §2.1: a client that becomes public loses its secret, and needs a new one to authenticate with a secret',
  async (t) => {
    const { register, update, get } = given();
    await register('shop', {}, 'first-secret');
    const asPublic = { ...emptyClientMetadata, tokenEndpointAuthMethod: 'none' };
    await update({ id: 'shop', secret: 'second-secret', metadata: asPublic });
    t.equal((await get('shop'))?.storedSecret, null);
    await t.rejects(update({ id: 'shop', metadata: emptyClientMetadata }), {
      code: 'invalid_request',
    });
    t.match(await update({ id: 'shop', secret: 'third-secret', metadata: emptyClientMetadata }), {
      outcome: 'updated',
    });
  },
);

t.test('an existing id is refused, and the second registration changes nothing', async (t) => {
  const { register, get } = given();
  await register('shop', { name: 'first' });
  t.same(await register('shop', { name: 'second' }), { outcome: 'exists' });
  t.equal((await get('shop'))?.metadata.name, 'first');
});

t.test('a client without a scope gets the configured one', async (t) => {
  const { register } = given({ ...defaultSettings, defaultClientScope: 'openid offline' });
  t.match(await register('a'), { client: { metadata: { scope: 'openid offline' } } });
  t.match(await register('b', { scope: 'photos' }), { client: { metadata: { scope: 'photos' } } });
});

t.test('metadata that cannot work is refused, and the hint names the member', async (t) => {
  const rsa = { kty: 'RSA', n: 'AQAB', e: 'AQAB' };
  type Refused = readonly [string, Partial<ProposedMetadata>, string];
  const refused: readonly Refused[] = [
    ['token_endpoint_auth_method', { tokenEndpointAuthMethod: 'private_key_jwt' }, ''],
    ['jwks and jwks_uri', { jwks: { keys: [rsa] }, jwksUri: 'https://a.example/jwks' }, ''],
    ['jwks and jwks_uri', { jwks: { keys: [] }, jwksUri: 'https://a.example/jwks' }, ''],
    ...[[], [{ kty: 'AKP', alg: 'ML-DSA-65', pub: 'AAAA' }], [{ kty: 'oct', k: 'AAAA' }]].map(
      (keys): Refused => ['jwks has no key', { tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys } }, ''],
    ),
    ...[
      { ...rsa, use: 'enc' },
      { ...rsa, alg: 'RSA-OAEP' },
      { ...rsa, key_ops: ['encrypt'] },
      { kty: 'EC', crv: 'P-999', x: 'AQAB', y: 'AQAB' },
      { kty: 'OKP', crv: 'X25519', x: 'AQAB' },
    ].map(
      (key): Refused => ['jwks has no key', { tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: [key] } }, ''],
    ),
    ['jwks.keys[1].n', { jwks: { keys: [{ kty: 'AKP' }, { kty: 'RSA', e: 'AQAB' }] } }, ''],
    ['jwks.keys[1].n', { jwks: { keys: [rsa, { kty: 'RSA', e: 'AQAB' }] } }, ''],
    ['jwks.keys[0].n', { jwks: { keys: [{ ...rsa, n: 'not base64url' }] } }, ''],
    ['jwks.keys[0].kid', { jwks: { keys: [{ ...rsa, kid: 1 } as never] } }, ''],
    ['client_secret', {}, 'short'],
    ['sector_identifier_uri must be an https', { sectorIdentifierUri: 'http://a.example/s.json' }, ''],
    ['sector_identifier_uri: The document cannot be fetched', { sectorIdentifierUri: 'https://a.example/s.json' }, ''],
    ['userinfo_signed_response_alg', { userinfoSignedResponseAlg: 'HS256' }, ''],
    ['id_token_signed_response_alg must be one of RS256, ', { idTokenSignedResponseAlg: 'none' }, ''],
    ['id_token_signed_response_alg', { idTokenSignedResponseAlg: 'ES512' }, ''],
    ['standard_claims must be one of both, userinfo', { standardClaims: 'id_token' }, ''],
    ['access_token_strategy must be one of opaque, jwt', { accessTokenStrategy: 'JWT' }, ''],
    ['redirect_uris: "https://a.example/cb#f"', { redirectUris: ['https://a.example/cb#f'] }, ''],
    ['redirect_uris: ""', { redirectUris: ['https://a.example/cb', ''] }, ''],
    ['redirect_uris: "not a url"', { redirectUris: ['not a url'] }, ''],
    ['redirect_uris: "//a.example/cb"', { redirectUris: ['//a.example/cb'] }, ''],
    ['redirect_uris: "https://"', { redirectUris: ['https://'] }, ''],
    ['redirect_uris: " https://a.example/cb"', { redirectUris: [' https://a.example/cb'] }, ''],
    ['script', { redirectUris: ['javascript:alert(1)'] }, ''],
    ['script', { redirectUris: ['JavaScript:alert(1)'] }, ''],
    ['redirect_uris', { redirectUris: ['java\tscript:alert(1)'] }, ''],
    ['script', { redirectUris: ['data:text/html,x'] }, ''],
    ['script', { redirectUris: ['vbscript:x'] }, ''],
    ...[
      'file:///etc/passwd',
      'FILE:///x',
      'blob:https://a.example/1',
      'about:blank',
      'view-source:https://a.example/',
    ].map((uri) => ['leads to no application', { redirectUris: [uri] }, ''] as const),
    ['backslash', { redirectUris: ['https:\\\\a.example\\cb'] }, ''],
    ['backslash', { redirectUris: ['https://a.example\\@b.example/cb'] }, ''],
    ['user name', { redirectUris: ['https://a.example:pw@b.example/cb'] }, ''],
    ['user name', { redirectUris: ['https://@b.example/cb'] }, ''],
    ['user name', { redirectUris: ['myapp://user:pw@host/cb'] }, ''],
    ['not an absolute URI', { redirectUris: ['https:/a.example/cb'] }, ''],
    ['not an absolute URI', { redirectUris: ['https:a.example/cb'] }, ''],
    ['not an absolute URI', { redirectUris: ['https:///a.example/cb'] }, ''],
    ['client_uri', { clientUri: 'javascript:alert(1)' }, ''],
    ['logo_uri', { logoUri: 'data:image/png;base64,AA' }, ''],
    ['policy_uri', { policyUri: 'https://user:pw@a.example/' }, ''],
    ['tos_uri', { tosUri: 'https:\\\\a.example' }, ''],
    ['jwks_uri', { jwksUri: 'file:///etc/passwd' }, ''],
    ['sector_identifier_uri', { sectorIdentifierUri: 'https://user@a.example/s.json' }, ''],
    ['request_uris', { requestUris: ['https://user:pw@a.example/r'] }, ''],
    ['request_uris', { requestUris: ['https:/\\a.example/r'] }, ''],
    ['initiate_login_uri', { initiateLoginUri: 'https://a.example\\@b.example/' }, ''],
    ['subject_type', { subjectType: 'pairwise' }, ''],
  ];
  for (const [hint, metadata, secret] of refused) {
    const { register, list } = given();
    const error = await register('x', metadata, secret || undefined).catch((error) => error);
    t.ok(error instanceof OAuthError && error.code === 'invalid_request', hint);
    t.ok(error.hint.includes(hint), `${error.hint} <- ${hint}`);
    t.same(await list({ limit: 10, offset: 0 }), [], 'nothing is stored');
  }
});

t.test('texts that the 2018 API stored unchanged are stored unchanged', async (t) => {
  const accepted: readonly Partial<ProposedMetadata>[] = [
    { redirectUris: ['com.example.app:/cb', 'https://a.example/cb?a=1|2', 'http://127.0.0.1:14446/cb'] },
    { contacts: [''] },
    {
      redirectUris: [
        'com.example.app://cb',
        'myapp://auth',
        'MyApp://Auth',
        'exp://192.168.1.4:19000/--/cb',
        'ms-app://s-1-15-2-123/',
        'urn:ietf:wg:oauth:2.0:oob',
        'https://app.example/zurück/😀?ort=köln',
      ],
    },
    { jwks: { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'AQAB', 'https://a.example/own': 1 }] } },
    { tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: 'http://a.example/jwks' },
    { jwks: { keys: [{ kty: 'nonsense' }, { kty: 'constructor' }] } },
    {
      tokenEndpointAuthMethod: 'private_key_jwt',
      jwks: {
        keys: [
          { kty: 'AKP', alg: 'ML-DSA-65', kid: 'pq', pub: 'AAAA' },
          { kty: 'EC', crv: 'secp256k1', x: 'AQAB', y: 'AQAB' },
          { kty: 'RSA', n: 'AQAB', e: 'AQAB', alg: 'RS1', use: 'other' },
          { kty: 'RSA', n: 'AQAB', e: 'AQAB' },
        ],
      },
    },
  ];
  for (const metadata of accepted) {
    const { register } = given();
    t.match(await register('x', metadata, 'six-up'), { outcome: 'created', client: { metadata } });
  }
});

t.test('unsupported values are refused with a list of the supported ones, unless a setting allows them', async (t) => {
  const cases: readonly [string, Partial<ProposedMetadata>][] = [
    ['grant_types: "device_code" is not one of authorization_code, ', { grantTypes: ['device_code'] }],
    ['grant_types: "authorisation_code"', { grantTypes: ['refresh_token', 'authorisation_code'] }],
    ['response_types: "codes" is not one of code, ', { responseTypes: ['code', 'codes'] }],
    ['token_endpoint_auth_method: "client_secret"', { tokenEndpointAuthMethod: 'client_secret' }],
    [
      'redirect_uris: "localhost:3000/cb" has no scheme: write "http://localhost:3000/cb"',
      { redirectUris: ['localhost:3000/cb'] },
    ],
    ['redirect_uris: "app.example:8443" has no scheme', { redirectUris: ['app.example:8443'] }],
  ];
  for (const [hint, metadata] of cases) {
    const error = await given()
      .register('x', metadata)
      .catch((error) => error);
    t.ok(error instanceof OAuthError && error.code === 'invalid_request', hint);
    t.ok(error.hint.includes(hint), error.hint);
    const lax = given({ ...defaultSettings, laxClientMetadata: true });
    t.match(await lax.register('x', metadata), { outcome: 'created', client: { metadata } }, hint);
  }
  const { register } = given();
  t.match(await register('x', { responseTypes: ['token  id_token code'] }), { outcome: 'created' });
});

t.test('the minimum length of a secret is six bytes, not six characters', async (t) => {
  const { register } = given();
  t.match(await register('x', {}, 'üüü'), { outcome: 'created', secret: 'üüü' });
});

t.test('an update without a secret replaces everything except the secret', async (t) => {
  const { register, update, get, pass, system } = given();
  await register('shop', { name: 'before', owner: 'me', contacts: ['x'] }, 'first-secret');
  pass(60);
  const result = await update({ id: 'shop', metadata: { ...emptyClientMetadata, name: 'after' } });
  if (result.outcome !== 'updated') return t.fail(result.outcome);
  t.match(result.client, { version: 2, createdAt: 1_500_000_000, updatedAt: 1_500_000_060 });
  t.match(result.client.metadata, { name: 'after', owner: null, contacts: [], subjectType: 'public' });
  t.same(await get('shop'), result.client);
  t.ok(await system.secretHasher.verify('first-secret', result.client.storedSecret ?? ''));
});

t.test('an update with a secret replaces the secret', async (t) => {
  const { register, update, get, system } = given();
  await register('shop', {}, 'first-secret');
  await update({ id: 'shop', secret: 'second-secret', metadata: emptyClientMetadata });
  const hash = (await get('shop'))?.storedSecret ?? '';
  t.ok(await system.secretHasher.verify('second-secret', hash));
  t.notOk(await system.secretHasher.verify('first-secret', hash));
});

t.test('an update that is refused changes nothing', async (t) => {
  const { register, update, get } = given();
  await register('shop', { name: 'before' });
  const before = await get('shop');
  await t.rejects(update({ id: 'shop', secret: 'short', metadata: emptyClientMetadata }), { code: 'invalid_request' });
  t.same(await get('shop'), before);
});

t.test('an update does not create an unknown client', async (t) => {
  const { update, list } = given();
  t.same(await update({ id: 'ghost', metadata: emptyClientMetadata }), { outcome: 'unknown' });
  t.same(await list({ limit: 10, offset: 0 }), []);
});

t.test('every one of several concurrent updates takes effect', async (t) => {
  const { register, update, get } = given();
  await register('shop');
  const results = await Promise.all(
    ['a', 'b', 'c'].map((name) => update({ id: 'shop', metadata: { ...emptyClientMetadata, name } })),
  );
  t.strictSame(
    results.map(({ outcome }) => outcome),
    ['updated', 'updated', 'updated'],
  );
  t.equal((await get('shop'))?.version, 4);
});

t.test('the key for an algorithm is published before the registration that needs it is answered', async (t) => {
  const { register, update, signingKeys } = given();
  const published = async () => (await signingKeys.publicKeys()).map(({ kty, crv }) => crv ?? kty);
  await register('plain');
  t.strictSame(await published(), ['RSA']);
  await register('quick', { idTokenSignedResponseAlg: 'ES256' });
  t.strictSame(await published(), ['P-256', 'RSA']);
  await update({
    id: 'plain',
    metadata: { ...emptyClientMetadata, userinfoSignedResponseAlg: 'EdDSA', idTokenSignedResponseAlg: 'ES256' },
  });
  t.strictSame(await published(), ['Ed25519', 'P-256', 'RSA']);
});

t.test('an update gives up when others keep changing the client', async (t) => {
  const { stores, system, signingKeys, register } = given();
  await register('shop', { name: 'before' });
  const busy: ClientStore = {
    create: (client) => stores.clients.create(client),
    find: (id) => stores.clients.find(id),
    list: (page) => stores.clients.list(page),
    remove: (id) => stores.clients.remove(id),
    removeUnchanged: (client) => stores.clients.removeUnchanged(client),
    replace: async () => 'stale',
  };
  const update = makeUpdateClient({ clients: busy, events: null, system, settings: defaultSettings, signingKeys });
  t.same(await update({ id: 'shop', metadata: emptyClientMetadata }), { outcome: 'stale' });
});

t.test('a change is based on the client that it replaces, also after a lost race', async (t) => {
  const { stores, system, signingKeys, register, update } = given();
  await register('shop', { name: 'before', owner: 'anna' });
  let isFirst = true;
  const racing: ClientStore = {
    create: (client) => stores.clients.create(client),
    find: (id) => stores.clients.find(id),
    list: (page) => stores.clients.list(page),
    remove: (id) => stores.clients.remove(id),
    removeUnchanged: (client) => stores.clients.removeUnchanged(client),
    replace: async (client, version) => {
      if (isFirst) await update({ id: 'shop', metadata: { ...emptyClientMetadata, owner: 'ben' } });
      isFirst = false;
      return stores.clients.replace(client, version);
    },
  };
  const change = makeChangeClient({ clients: racing, events: null, system, settings: defaultSettings, signingKeys });
  const result = await change({ id: 'shop', change: ({ metadata }) => ({ ...metadata, name: 'after' }) });
  t.match(result, { outcome: 'updated', client: { metadata: { name: 'after', owner: 'ben' } } });
  t.same(await change({ id: 'ghost', change: ({ metadata }) => metadata }), { outcome: 'unknown' });
});

t.test('clients are listed by id, in pages', async (t) => {
  const { register, list } = given();
  for (const id of ['c', 'a', 'b']) await register(id);
  const ids = async (limit: number, offset: number) => (await list({ limit, offset })).map(({ id }) => id);
  t.same(await ids(2, 0), ['a', 'b']);
  t.same(await ids(2, 2), ['c']);
  t.same(await ids(0, 0), []);
});

t.test('deleting a client ends its own grants, consents and flows, and no others', async (t) => {
  const { stores, register, remove } = given();
  const now = epochSeconds(1_500_000_000);
  const later = epochSeconds(1_500_000_900);
  for (const clientId of ['shop', 'other']) {
    await register(clientId);
    await stores.tokens.createGrant(grantOf(clientId), {});
    await stores.flows.create(flowOf(clientId));
    await stores.consents.remember({
      id: clientId,
      clientId,
      clientIncarnation: null,
      subject: 'anna',
      grantedScope: [],
      grantedAudience: [],
      session: { accessToken: {}, idToken: {} },
      rememberFor: seconds(0),
      requestedAt: now,
      expiresAt: null,
      request: { challenge: '', requestedAudience: [], requestedScope: [], oidcContext: noContext, requestUrl: '' },
    });
  }
  t.equal(await remove('shop'), true);
  t.equal(await stores.clients.find('shop'), undefined);
  t.equal(await stores.tokens.revokeGrant('shop', now), false, 'the grant had already been revoked');
  t.same(await stores.consents.list('anna', { limit: 10, offset: 0 }, now), [
    ...(await stores.consents.findFor('other', 'anna', now)),
  ]);
  t.equal(await stores.flows.find('shop', now), undefined);
  t.ok(await stores.flows.find('other', now));
  t.equal(await stores.tokens.revokeGrant('other', later), true, 'the grant was alive');
  t.equal(await remove('shop'), false, 'the deletion may be repeated');
});

t.test('repeating a deletion completes what a crash left behind', async (t) => {
  const { stores, register, remove } = given();
  const now = epochSeconds(1_500_000_000);
  await register('shop');
  await stores.clients.remove('shop');
  await stores.tokens.createGrant(grantOf('shop'), {});
  t.equal(await remove('shop'), false);
  t.equal(await stores.tokens.revokeGrant('shop', now), false, 'the grant had already been revoked');
});

const noContext = { acrValues: [], uiLocales: [], display: null, loginHint: null, idTokenHintClaims: null };

const grantOf = (clientId: string): Grant => ({
  id: clientId,
  clientId,
  clientIncarnation: null,
  subject: 'anna',
  requestedScope: [],
  scope: [],
  requestedAudience: [],
  audience: [],
  session: { accessToken: {}, idToken: {} },
  authenticatedAt: epochSeconds(1_500_000_000),
  requestedAt: epochSeconds(1_500_000_000),
  subjectIdentifier: '',
  acr: null,
  createdAt: epochSeconds(1_500_000_000),
  keepUntil: epochSeconds(1_600_000_000),
});

const flowOf = (clientId: string): Flow => ({
  id: clientId,
  version: 1,
  state: 'login-pending',
  clientIncarnation: null,
  request: {
    clientId,
    redirectUri: 'https://a.example/cb',
    sentRedirectUri: null,
    responseMode: 'query',
    responseType: 'code',
    scope: [],
    audience: [],
    state: null,
    nonce: null,
    prompt: [],
    maxAge: null,
    codeChallenge: null,
    idTokenHintSubject: null,
    context: noContext,
    url: '',
  },
  requestedAt: epochSeconds(1_500_000_000),
  expiresAt: epochSeconds(1_500_000_900),
  login: {
    browser: '' as Flow['login']['browser'],
    skip: false,
    subject: null,
    session: null,
    accepted: null,
    rejected: null,
  },
  consent: null,
});
