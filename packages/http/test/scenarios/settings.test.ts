// What settings change over HTTP, and the answers when a store is unavailable.
import { StoreUnavailable } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import t from 'tap';
import { givenAServer } from '../support/given-a-server.ts';
import { givenAClient, Person, redeem, refresh } from '../support/journey.ts';

t.test('discovery lists the configured additions and the userinfo URL', async (t) => {
  const settings = {
    claimsSupported: ['email', 'name'],
    scopesSupported: ['photos.read'],
    userinfoEndpoint: 'https://userinfo.example.com/me',
  };
  const server = givenAServer(t, { settings });
  for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
    t.match((await server.public(`GET ${path}`)).json, {
      claims_supported: ['sub', 'email', 'name'],
      scopes_supported: ['offline', 'offline_access', 'openid', 'photos.read'],
      userinfo_endpoint: 'https://userinfo.example.com/me',
      request_parameter_supported: true,
      request_uri_parameter_supported: true,
      require_request_uri_registration: true,
      claims_parameter_supported: true,
    });
  }
});

t.test('a client that names no scope gets the configured one, also when it is updated', async (t) => {
  const { admin } = givenAServer(t, { settings: { defaultClientScope: 'openid offline photos.read' } });
  t.match((await admin('POST /clients', { json: { client_id: 'a' } })).json, { scope: 'openid offline photos.read' });
  t.match((await admin('POST /clients', { json: { client_id: 'b', scope: 'x' } })).json, { scope: 'x' });
  t.match((await admin('PUT /clients/b', { json: {} })).json, { scope: 'openid offline photos.read' });
});

t.test('clients receive debug messages only if the setting shares them', async (t) => {
  const reject = { error: 'access_denied', error_description: 'd', error_hint: 'h', error_debug: 'dbg' };
  for (const shareErrorDebug of [true, false]) {
    const server = givenAServer(t, { settings: { shareErrorDebug }, shareErrorDebug });
    const client = await givenAClient(server);
    const { told } = await new Person(server).authorize(client, { login: { reject } });
    t.equal(told.error_debug, shareErrorDebug ? 'dbg' : undefined);
    t.match((await redeem(server, client, 'garbage')).json, { error: 'invalid_grant', status_code: 400 });
    t.match((await refresh(server, client, 'garbage')).json, { error: 'invalid_grant', status_code: 400 });
  }
});

t.test('an unavailable store: 503 with Retry-After, never a wrong answer', async (t) => {
  const stores = memoryStores();
  const server = givenAServer(t, { stores });
  const client = await givenAClient(server);
  const alice = new Person(server);
  const tokens = await alice.tokens(client);
  const away = async (): Promise<never> => {
    throw new StoreUnavailable('test', new Error('away'));
  };
  stores.clients.find = away;
  stores.clients.list = away;
  stores.tokens.findToken = away;
  server.wait(2);
  const requests: readonly (readonly [string, 'public' | 'admin', Record<string, string>?])[] = [
    ['GET /clients', 'admin'],
    ['POST /oauth2/introspect', 'admin', { token: tokens.access_token ?? '' }],
    ['POST /oauth2/token', 'public', { grant_type: 'client_credentials', client_id: 'x', client_secret: 'y' }],
    ['GET /oauth2/auth?client_id=x', 'public'],
  ];
  for (const [request, listener, form] of requests) {
    const reply = await server[listener](request, form ? { form } : {});
    t.equal(reply.status, 503, request);
    t.equal(reply.headers['retry-after'], '1', request);
    t.notMatch(reply.text, /away/, 'the cause is only in the log');
  }
  t.equal((await server.admin('GET /health/alive')).status, 200);
  t.equal((await server.public('GET /.well-known/openid-configuration')).status, 200);
  t.strictSame((await server.admin('POST /oauth2/introspect', { form: { token: 'garbage' } })).json, { active: false });
});
