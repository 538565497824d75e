// Keys of a running server, as relying parties and resource servers use them: every algorithm, JWT access tokens, and a
// rotation on several nodes that no client notices.
import { setTimeout as sleep } from 'node:timers/promises';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as oidc from 'openid-client';
import t, { type Test } from 'tap';
import { layoutsFor } from './support/layouts.ts';
import { Nodes } from './support/nodes.ts';
import { PlainBrowser } from './support/plain-browser.ts';
import { startRelyingParty } from './support/relying-party.ts';
import { type Client, introspectRequest, json, register, tokenRequest } from './support/roaming-flow.ts';
import { startServer, type TestServer } from './support/start-server.ts';

const layouts = layoutsFor(t);

/** Goes through the built-in pages. Returns the URL to which the browser is redirected. */
const logIn = async (url: string): Promise<URL> => {
  const browser = new PlainBrowser();
  const login = await browser.open(url);
  const consent = await browser.submit(login, { user_name: 'alice', answer: 'accept' });
  const back = await browser.submit(consent, { answer: 'accept' });
  return new URL(back.headers.get('location') ?? '');
};

const logInAt = async (t: Test, server: TestServer, clientId: string, metadata: Readonly<Record<string, string>>) => {
  const party = await startRelyingParty(t, server, clientId, metadata);
  const { url, checks } = await party.begin();
  const tokens = await oidc.authorizationCodeGrant(party.config, await logIn(url), checks);
  return { party, tokens };
};

t.test('openid-client accepts ID tokens and userinfo in every algorithm', async (t) => {
  const server = await startServer(t);
  for (const alg of ['RS256', 'PS256', 'ES256', 'EdDSA']) {
    const metadata = { id_token_signed_response_alg: alg, userinfo_signed_response_alg: alg };
    const { party, tokens } = await logInAt(t, server, `shop-${alg}`, metadata);
    t.equal(decodeProtectedHeader(tokens.id_token ?? '').alg, alg);
    t.equal(tokens.claims()?.sub, 'alice');
    oidc.enableNonRepudiationChecks(party.config);
    const refreshed = await oidc.refreshTokenGrant(party.config, tokens.refresh_token ?? '');
    t.equal(refreshed.claims()?.sub, 'alice', `${alg}: its signature is checked too`);
    const userinfo = await oidc.fetchUserInfo(party.config, refreshed.access_token, 'alice');
    t.equal(userinfo.sub, 'alice');
  }
});

t.test('oauth4webapi, as a resource server, accepts JWT access tokens (RFC 9068)', async (t) => {
  const settings = { CLAVIGER_ACCESS_TOKEN_STRATEGY: 'jwt', CLAVIGER_ACCESS_TOKEN_SIGNING_ALG: 'ES256' };
  const server = await startServer(t, { settings });
  const { party, tokens } = await logInAt(t, server, 'shop', {});
  const issuer = new URL(server.issuer);
  const insecure = { [oauth.allowInsecureRequests]: true };
  const discovered = await oauth.discoveryRequest(issuer, insecure);
  const as = await oauth.processDiscoveryResponse(issuer, discovered);
  const validate = (token: string) => {
    const request = new Request('http://photos.example/', { headers: { authorization: `Bearer ${token}` } });
    return oauth.validateJwtAccessToken(as, request, server.issuer, { ...insecure, signingAlgorithms: ['ES256'] });
  };
  const claims = await validate(tokens.access_token);
  t.match(claims, { sub: 'alice', client_id: 'shop', scope: /openid/, auth_time: Number });
  await t.rejects(validate(tokens.id_token ?? ''), 'an ID token is not an access token');

  t.match(await oidc.fetchUserInfo(party.config, tokens.access_token, 'alice'), { sub: 'alice' });
  await oidc.tokenRevocation(party.config, tokens.access_token);
  await t.rejects(oidc.fetchUserInfo(party.config, tokens.access_token, 'alice'));
});

interface Sight {
  /** The keys that each node publishes, in order. */
  readonly published: readonly (readonly string[])[];
  /** The key with which each node signs, for the checks afterwards. */
  readonly signers: readonly string[];
  readonly tokens: readonly string[];
}

const look = async (nodes: Nodes, client: Client): Promise<Sight> => {
  const ask = async (node: number, call: Parameters<Nodes['sendTo']>[1]) => {
    const answer = await nodes.sendTo(node, call);
    if (answer === 'refused' || answer.status !== 200) throw new Error(`node ${node}: ${JSON.stringify(answer)}`);
    return json(answer);
  };
  const both = [0, 1] as const;
  const sets = await Promise.all(both.map((node) => ask(node, { listener: 'public', path: '/.well-known/jwks.json' })));
  const request = tokenRequest(client, { grant_type: 'client_credentials' });
  const answers = await Promise.all(both.map((node) => ask(node, request)));
  const tokens = answers.map(({ access_token }) => String(access_token));
  return {
    published: sets.map(({ keys }) => (keys as { kid: string }[]).map(({ kid }) => kid)),
    signers: tokens.map((token) => decodeProtectedHeader(token).kid ?? ''),
    tokens,
  };
};

t.test(
  'two nodes on Postgres rotate their keys: a key is published before it signs and is never unknown',
  async (t) => {
    const settings = {
      ...(await layouts.settings('Postgres alone')),
      CLAVIGER_ACCESS_TOKEN_STRATEGY: 'jwt',
      CLAVIGER_KEY_ROTATION_INTERVAL: '8s',
      CLAVIGER_KEY_PUBLISH_AHEAD: '4s',
    };
    const nodes = await Nodes.start(t, settings, [{}, {}]);
    const client = await register(nodes, 'shop');
    const first = await look(nodes, client);
    const [old = ''] = first.signers;
    t.strictSame(first.signers, [old, old]);
    t.strictSame(first.published, [[old], [old]]);

    const sights: Sight[] = [first];
    const deadline = Date.now() + 60_000;
    while (!sights.at(-1)?.signers.every((kid) => kid !== old)) {
      if (Date.now() > deadline) throw new Error(`No rotation: ${nodes.server(0).output()}`);
      await sleep(100);
      sights.push(await look(nodes, client));
    }
    const last = sights.at(-1) ?? first;
    const [next = ''] = last.signers;
    t.strictSame(last.signers, [next, next]);
    t.ok(
      sights.every(({ published, signers }) => signers.every((kid) => published.every((kids) => kids.includes(kid)))),
      'no node signed with a key that any node did not publish',
    );
    const waiting = sights.filter(
      ({ published, signers }) => published.every((kids) => kids.length === 2) && signers.every((kid) => kid === old),
    );
    t.ok(waiting.length > 5, 'the new key was published on both for a while before it signed');
    t.strictSame(
      waiting[0]?.published,
      [
        [old, next],
        [old, next],
      ],
      'it is last, as long as it does not sign',
    );
    const mixed = sights.filter(({ signers }) => new Set(signers).size > 1);
    t.ok(
      mixed.length <= 12,
      `the nodes changed within a second of each other (${mixed.length} sights of 100 ms apart)`,
    );

    for (const node of [0, 1]) {
      const keys = createRemoteJWKSet(new URL(`${nodes.server(node).publicUrl}/.well-known/jwks.json`));
      for (const { tokens } of [first, last]) {
        for (const token of tokens) {
          t.equal(
            (await jwtVerify(token, keys, { issuer: nodes.issuer })).payload.sub,
            'shop',
            'signed before or after the rotation',
          );
          const answer = await nodes.sendTo(node, introspectRequest(token));
          t.ok(answer !== 'refused' && json(answer).active === true);
        }
      }
    }
  },
);

t.test('a key that an administrator adds at one node signs on the other within a second', async (t) => {
  const nodes = await Nodes.start(
    t,
    {
      ...(await layouts.settings('Postgres alone')),
      CLAVIGER_ACCESS_TOKEN_STRATEGY: 'jwt',
      CLAVIGER_ID_TOKEN_SIGNING_ALG: 'ES256',
    },
    [{}, {}],
  );
  const client = await register(nodes, 'shop');
  await look(nodes, client);
  const body = JSON.stringify({ alg: 'ES256', kid: 'mine', use: 'sig' });
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body };
  const added = await nodes.sendTo(0, { listener: 'admin', path: '/keys/hydra.openid.id-token', init });
  t.match(added, { status: 201 });
  await sleep(1000);
  const { signers, published } = await look(nodes, client);
  t.strictSame(signers, ['public:mine', 'public:mine']);
  t.strictSame(
    published.map(([kid]) => kid),
    ['public:mine', 'public:mine'],
    'newest first',
  );
});
