// The events of core: each act is recorded once, with its origin, and without secrets.
import { type DomainEvent, type EventSink, emptyClientMetadata } from '@claviger/core';
import t from 'tap';
import { authorizeUrl, challengeIn, givenAClient, metadata, redeem, refresh, Visit } from './support/given-a-flow.ts';
import { givenAProvider } from './support/given-a-provider.ts';
import { basic, json, post } from './support/wire.ts';

class Recorded implements EventSink {
  readonly events: DomainEvent[] = [];

  record(event: DomainEvent): void {
    this.events.push(event);
  }

  /** The types since the last call. */
  types(): readonly string[] {
    return this.events.splice(0).map(({ type }) => type);
  }

  last(): DomainEvent | undefined {
    return this.events.at(-1);
  }
}

const given = () => {
  const sink = new Recorded();
  return { ...givenAProvider({}, { events: sink }), sink };
};

const origin = { id: 'request-1', address: '192.0.2.1', adminKey: 'key-1' };

t.test('acts on clients are recorded with their origin', async (t) => {
  const { provider, sink } = given();
  const { admin } = provider;
  await admin.createClient({ id: 'shop', metadata: metadata() }, origin);
  t.same(sink.last(), { type: 'OAuth2ClientCreated', clientId: 'shop', origin });
  await admin.createClient({ id: 'shop', metadata: metadata() }, origin);
  await admin.updateClient({ id: 'shop', metadata: metadata() }, origin);
  await admin.updateClient({ id: 'unknown', metadata: emptyClientMetadata }, origin);
  await admin.deleteClient('shop', origin);
  await admin.deleteClient('shop', origin);
  t.same(sink.types(), ['OAuth2ClientCreated', 'OAuth2ClientUpdated', 'OAuth2ClientDeleted']);
});

t.test('acts on keys are recorded with the set and the kids', async (t) => {
  const { provider, sink } = given();
  const { admin } = provider;
  await admin.createKeys({ set: 'own', alg: 'ES256', kid: 'one', use: 'sig' }, origin);
  t.same(sink.last(), { type: 'JsonWebKeyCreated', set: 'own', kids: ['private:one', 'public:one'], origin });
  await admin.deleteKey('own', 'public:one', origin);
  await admin.deleteKey('own', 'public:one', origin);
  await admin.deleteKeySet('own', origin);
  await admin.deleteKeySet('own', origin);
  t.same(sink.types(), ['JsonWebKeyCreated', 'JsonWebKeyDeleted', 'JsonWebKeyDeleted']);
});

t.test('login, consent, code, tokens and their misuse are recorded', async (t) => {
  const flow = given();
  const { sink, provider } = flow;
  const client = await givenAClient(flow);
  await provider.admin.makeSigningKeys();
  t.same(sink.types(), ['OAuth2ClientCreated', 'JsonWebKeyCreated']);
  const code = await new Visit(flow).code(authorizeUrl(client), { remember: true });
  t.same(sink.types(), [
    'OAuth2FlowBegun',
    'OAuth2LoginAccepted',
    'OAuth2ConsentAccepted',
    'OAuth2AuthorizationCodeIssued',
  ]);
  const tokens = json(await redeem(flow, client, code));
  t.match(sink.last(), {
    type: 'OAuth2AccessTokenIssued',
    clientId: 'shop',
    subject: 'alice',
    grantType: 'authorization_code',
    format: 'opaque',
    withRefreshToken: true,
    withIdToken: true,
  });
  const first = String(tokens.refresh_token);
  await refresh(flow, client, first);
  await refresh(flow, client, first);
  flow.wait(60);
  await refresh(flow, client, first);
  await redeem(flow, client, code);
  t.same(sink.types(), [
    'OAuth2AccessTokenIssued',
    'OAuth2AccessTokenIssued',
    'OAuth2RefreshTokenRepeated',
    'OAuth2RefreshTokenReused',
    'OAuth2TokenExchangeError',
    'OAuth2TokenExchangeError',
  ]);
});

t.test('an answer that is repeated is recorded once, and a skipped one under its own name', async (t) => {
  const flow = given();
  const { sink } = flow;
  const client = await givenAClient(flow);
  const visit = new Visit(flow);
  const challenge = await visit.begin(authorizeUrl(client));
  await visit.acceptLogin(challenge, { remember: true });
  const back = await visit.acceptLogin(challenge, { remember: true });
  const asked = challengeIn(await visit.browser.visit(back), 'consent_challenge');
  await visit.browser.visit(await visit.acceptConsent(asked, { remember: true }));
  sink.types();
  await visit.run(authorizeUrl(client));
  t.same(sink.types(), [
    'OAuth2FlowBegun',
    'OAuth2LoginSkipped',
    'OAuth2ConsentSkipped',
    'OAuth2AuthorizationCodeIssued',
  ]);
  await flow.provider.admin.revokeConsents({ subject: 'alice' }, origin);
  t.match(sink.last(), { type: 'OAuth2ConsentRevoked', subject: 'alice', origin });
  await flow.provider.admin.revokeLoginSessions('alice', origin);
  t.same(sink.last(), { type: 'OAuth2LoginSessionsRevoked', subject: 'alice', count: 1, origin });
});

t.test('refused credentials are recorded with a reason that the caller does not learn', async (t) => {
  const flow = given();
  const { sink, provider } = flow;
  await givenAClient(flow);
  const token = (headers: Record<string, string>) =>
    post(provider.endpoints.token, { grant_type: 'client_credentials' }, headers);
  const wrong = await token(basic('shop', 'wrong'));
  t.match(sink.events.at(-2), {
    type: 'OAuth2ClientAuthenticationFailed',
    clientId: 'shop',
    reason: 'wrong_secret',
  });
  t.match(sink.last(), {
    type: 'OAuth2TokenExchangeError',
    endpoint: 'token',
    error: 'invalid_client',
    status: 401,
    clientId: 'shop',
    grantType: 'client_credentials',
  });
  const unknown = await token(basic('nobody', 'wrong'));
  t.match(sink.events.at(-2), { clientId: 'nobody', reason: 'unknown_client' });
  t.equal(unknown.body, wrong.body);
});

t.test('revocation is recorded for the token that was presented, once', async (t) => {
  const flow = given();
  const { sink, provider } = flow;
  const client = await givenAClient(flow);
  const tokens = json(await redeem(flow, client, await new Visit(flow).code(authorizeUrl(client))));
  sink.types();
  const revoke = () => post(provider.endpoints.revoke, { token: String(tokens.refresh_token) }, client.auth);
  await revoke();
  await revoke();
  t.same(sink.types(), ['OAuth2RefreshTokenRevoked']);
});

t.test('events hold neither secrets nor tokens', async (t) => {
  const flow = given();
  const { sink } = flow;
  const client = await givenAClient(flow);
  const code = await new Visit(flow).code(authorizeUrl(client));
  const tokens = json(await redeem(flow, client, code));
  // The origin is the request itself, which a sink reads and does not keep.
  const said = JSON.stringify(sink.events.map((event) => ({ ...event, origin: undefined })));
  for (const secret of [client.secret, code, tokens.access_token, tokens.refresh_token, tokens.id_token]) {
    t.notOk(said.includes(String(secret)));
  }
});
