// RFC 6749 §3.3: the characters of a scope, everywhere that one is accepted. A resource server may split a scope at any white
// space, so a token such as "photos.x<TAB>admin" would show it a scope that the pattern `photos.*` never allowed.
import t from 'tap';
import { emptyClientMetadata, OAuthError } from '../src/index.ts';
import {
  authorizeUrl,
  challengeIn,
  givenAClient,
  givenTokens,
  metadata,
  redeem,
  Visit,
} from './support/given-a-flow.ts';
import { givenAProvider } from './support/given-a-provider.ts';
import { makeKey, sign } from './support/signing-key.ts';
import { json, location, post } from './support/wire.ts';

const malformed = [
  'photos.x\tadmin',
  'photos.x\nadmin',
  'photos.x\r\nadmin',
  'photos.x\vadmin',
  'photos.x\u00a0admin',
  'photos.x\u2028admin',
  'photos.x\u3000admin',
  'photos.x\0admin',
  'photos.x\u007fadmin',
  'photos."x"',
  'photos.x\\admin',
  'photos.ä',
  'photos.📷',
];

/** TAP ends a line at U+2028, so a test's title must not hold one. */
const shown = encodeURIComponent;

const patterns = { scope: 'openid offline photos.*', redirectUris: ['https://shop.example/cb'] };

const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof OAuthError) return error.code;
    throw error;
  }
};

t.test('authorization requests, in the query and in a request object', async (t) => {
  const given = givenAProvider({ allowUnsignedRequestObjects: true });
  const key = await makeKey('ES256', 'k');
  const client = await givenAClient(given, 'shop', { ...patterns, jwks: { keys: [key.jwk] } });
  const told = async (change: Record<string, string>) =>
    location(await new Visit(given).browser.visit(authorizeUrl(client, change))).searchParams.get('error');
  for (const scope of malformed) {
    t.equal(await told({ scope: `openid ${scope}` }), 'invalid_scope', shown(scope));
    const request = await sign(key, { scope: `openid ${scope}` }, {});
    t.equal(await told({ request }), 'invalid_scope', `request object: ${shown(scope)}`);
  }
});

t.test('the token endpoint: client credentials and refreshes', async (t) => {
  for (const accessTokenStrategy of ['opaque', 'jwt']) {
    const given = givenAProvider();
    const client = await givenAClient(given, 'shop', { ...patterns, accessTokenStrategy });
    const tokens = await givenTokens(given, client);
    for (const scope of malformed) {
      const own = await post(given.provider.endpoints.token, { grant_type: 'client_credentials', scope }, client.auth);
      t.match([own.status, json(own)], [400, { error: 'invalid_scope' }], shown(scope));
      t.match(json(own).error_hint, /"scope" contains/);
      const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh, scope };
      const refreshed = await post(given.provider.endpoints.token, form, client.auth);
      t.match([refreshed.status, json(refreshed)], [400, { error: 'invalid_scope' }], shown(scope));
    }
  }
});

t.test('introspection', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given, 'shop', patterns);
  const { access } = await givenTokens(given, client);
  const { introspect, introspectAsClient } = given.provider.endpoints;
  for (const scope of malformed) {
    t.match(json(await post(introspect, { token: access, scope })), { error: 'invalid_scope' });
    const asClient = await post(introspectAsClient, { token: access, scope }, client.auth);
    t.match(json(asClient), { error: 'invalid_scope' });
  }
});

t.test('accepting a consent: the flow stays open for a corrected answer', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given, 'shop', patterns);
  const visit = new Visit(given);
  const back = await visit.acceptLogin(await visit.begin(authorizeUrl(client)));
  const challenge = challengeIn(await visit.browser.visit(back), 'consent_challenge');
  for (const scope of [...malformed, 'openid photos.read']) {
    const accepted = given.provider.admin.acceptConsent({ challenge, grantedScope: ['openid', scope] });
    t.equal(await codeOf(accepted), 'invalid_scope', shown(scope));
  }
  const grantedScope = ['openid', '', 'photos.read', 'openid'];
  const answer = location(await visit.browser.visit(await visit.acceptConsent(challenge, { grantedScope })));
  const tokens = json(await redeem(given, client, answer.searchParams.get('code') ?? ''));
  t.equal(tokens.scope, 'openid photos.read', 'empty entries and repetitions are dropped');
});

t.test('client metadata, from administrators and from clients', async (t) => {
  const given = givenAProvider({ clientRegistration: 'open', registrationScope: ['openid', 'photos.*'] });
  const { admin, registration } = given.provider;
  await givenAClient(given);
  for (const scope of malformed) {
    const changed = metadata({ scope: `openid ${scope}` });
    t.equal(await codeOf(admin.createClient({ metadata: changed })), 'invalid_request');
    t.equal(await codeOf(admin.updateClient({ id: 'shop', metadata: changed })), 'invalid_request');
    const own = { ...emptyClientMetadata, redirectUris: ['https://app.example/cb'], scope: `openid ${scope}` };
    const sent = { metadata: own };
    t.equal(await codeOf(registration?.register(sent) ?? Promise.resolve()), 'invalid_client_metadata');
  }
  const blank = { ...emptyClientMetadata, redirectUris: ['https://app.example/cb'], scope: '\u00a0' };
  const sent = { metadata: blank };
  t.equal(await codeOf(registration?.register(sent) ?? Promise.resolve()), 'invalid_client_metadata');
});

t.test('settings', async (t) => {
  for (const settings of [
    { registrationScope: ['photos\tadmin'] },
    { defaultClientScope: 'openid photos\u00a0admin' },
    { scopesSupported: [''] },
  ]) {
    t.throws(() => givenAProvider(settings), /which is not a scope/, JSON.stringify(settings));
  }
});

t.test('repeated, leading and trailing spaces are ignored', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given, 'shop', patterns);
  const form = { grant_type: 'client_credentials', scope: '  photos.read   photos.write photos.read ' };
  t.equal(json(await post(given.provider.endpoints.token, form, client.auth)).scope, 'photos.read photos.write');
});
