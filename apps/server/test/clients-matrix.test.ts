// Two client libraries, unmodified, in every response type, response mode and client authentication method, on SQLite and on
// Postgres with Redis. Each library's file says what it cannot do; the other library covers it.
import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import t, { type Test } from 'tap';
import { type AuthMethod, authMethods, type ClientLibrary, type Outcome } from './support/client-library.ts';
import { type HostedDocuments, hostDocuments } from './support/hosted-documents.ts';
import { layoutsFor } from './support/layouts.ts';
import { oauth4webapiLibrary } from './support/oauth4webapi-library.ts';
import { openidClientLibrary } from './support/openid-client-library.ts';
import { type Arrival, authorize, testApps } from './support/person.ts';
import { ClientKeys, registerClient } from './support/raw-client.ts';
import { startServer, type TestServer } from './support/start-server.ts';

// A busy machine is slow.
t.setTimeout(300_000);

const libraries: readonly ClientLibrary[] = [openidClientLibrary, oauth4webapiLibrary];

const responseTypes = [
  'code',
  'token',
  'id_token',
  'id_token token',
  'code token',
  'code id_token',
  'code id_token token',
  'none',
] as const;

/** OAuth 2.0 Multiple Response Types §2.1: an answer with tokens is never sent in a query. */
const modesOf = (responseType: string): readonly Arrival['mode'][] =>
  responseType === 'code' || responseType === 'none' ? ['query', 'fragment', 'form_post'] : ['fragment', 'form_post'];

const layouts = layoutsFor(t);
const keys = await ClientKeys.make();

const everything = {
  grant_types: ['authorization_code', 'implicit', 'refresh_token', 'client_credentials'],
  response_types: [...responseTypes],
  scope: 'openid offline',
};

let registered = 0;
const accountFor = async (server: TestServer, method: AuthMethod, metadata: Readonly<Record<string, unknown>> = {}) => {
  registered += 1;
  const grants = method === 'none' ? everything.grant_types.slice(0, 3) : everything.grant_types;
  const client = await registerClient(server, `client-${registered}`, {
    ...everything,
    grant_types: grants,
    token_endpoint_auth_method: method,
    ...metadata,
  });
  return { ...client, method, key: keys.signer('ES256') };
};

/** OpenID Connect Core §3.2.2.9 and §3.3.2.11: no library checks `at_hash` of an authorization response. */
const hashOf = (token: string): string =>
  createHash('sha256').update(token).digest().subarray(0, 16).toString('base64url');

const checkHashes = (t: Test, { parameters }: Arrival): void => {
  const [idToken, code, token] = ['id_token', 'code', 'access_token'].map((name) => parameters.get(name));
  if (!idToken) return;
  const { c_hash, at_hash } = decodeJwt(idToken);
  t.equal(c_hash, code ? hashOf(code) : undefined, 'c_hash');
  t.equal(at_hash, token ? hashOf(token) : undefined, 'at_hash');
};

const inResponse = async (t: Test, library: ClientLibrary, server: TestServer): Promise<void> => {
  const client = await library.connect(new URL(server.issuer), await accountFor(server, 'client_secret_basic'));
  for (const [responseType, modes] of Object.entries(library.reads)) {
    const words = responseType.split(' ');
    for (const mode of modes) {
      const title = `${library.name}: ${responseType} by ${mode}`;
      const request = { scope: 'openid offline', response_type: responseType, response_mode: mode };
      const { url, checks } = await client.begin(request);
      const arrival = await authorize(server, url);
      t.equal(arrival.mode, mode, title);
      checkHashes(t, arrival);
      const { accessToken, subject } = await client.finish(responseType, arrival, checks);
      const hasIdToken = words.includes('code') || words.includes('id_token');
      t.equal(subject, hasIdToken ? 'alice' : undefined, `${title}: the subject of the ID token`);
      t.equal(
        accessToken !== undefined,
        words.includes('code') || words.includes('token'),
        `${title}: an access token`,
      );
      for (const token of new Set([accessToken, arrival.parameters.get('access_token')])) {
        if (token) t.equal(await client.userinfo(token, 'alice'), 'alice', `${title}: userinfo`);
      }
    }
  }
};

/** Every endpoint at which a client authenticates. */
const withMethod = async (
  t: Test,
  library: ClientLibrary,
  server: TestServer,
  method: AuthMethod,
  metadata: Readonly<Record<string, unknown>>,
): Promise<void> => {
  const title = `${library.name}, ${Object.keys(metadata).join() || method}`;
  const client = await library.connect(new URL(server.issuer), await accountFor(server, method, metadata));
  const { url, checks } = await client.begin({ scope: 'openid offline', response_type: 'code' });
  const first = await client.finish('code', await authorize(server, url), checks);
  t.equal(first.subject, 'alice', `${title}: code`);
  const second: Outcome = await client.refresh(first.refreshToken ?? '');
  t.equal(await client.userinfo(second.accessToken ?? '', 'alice'), 'alice', `${title}: refresh`);
  if (method !== 'none') {
    const own = await client.clientCredentials();
    t.equal(await client.introspect(own), true, `${title}: client credentials, introspection`);
    t.equal(await client.introspect(second.accessToken ?? ''), true);
  }
  await client.revoke(second.refreshToken ?? '');
  await t.rejects(client.userinfo(second.accessToken ?? '', 'alice'), `${title}: revocation`);
};

type Registration = readonly [AuthMethod, Readonly<Record<string, unknown>>];

const registrationsOf = (hosted: HostedDocuments): readonly Registration[] => [
  ...authMethods.map((method): Registration => [method, method === 'private_key_jwt' ? { jwks: keys.jwks } : {}]),
  ['private_key_jwt', { jwks_uri: hosted.urlOf('/jwks.json') }],
];

t.test('together the libraries read every response type in every mode', async (t) => {
  for (const type of responseTypes) {
    for (const mode of modesOf(type))
      t.ok(
        libraries.some(({ reads }) => reads[type]?.includes(mode)),
        `${type} by ${mode}`,
      );
  }
});

for (const layout of ['SQLite', 'the recommended mix'] as const) {
  t.test(`on ${layout}`, async (t) => {
    const hosted = await hostDocuments(t);
    hosted.put('/jwks.json', JSON.stringify(keys.jwks));
    const settings = {
      ...(await layouts.settings(layout)),
      ...testApps,
      CLAVIGER_DANGEROUS_UNGUARDED_DOCUMENTS: 'true',
    };
    const server = await startServer(t, { settings });
    for (const library of libraries) {
      await t.test(`${library.name} in every response type and mode`, (t) => inResponse(t, library, server));
      await t.test(`${library.name} with every client authentication method`, async (t) => {
        for (const [method, metadata] of registrationsOf(hosted))
          await withMethod(t, library, server, method, metadata);
      });
    }
  });
}
