// Response types and modes: what the authorization response carries, and how (OpenID Connect Core §3, OAuth 2.0 Multiple
// Response Types, Form Post Response Mode).
import { createHash } from 'node:crypto';
import type { AcceptLogin, JsonObject, WireReply } from '@claviger/core';
import { createLocalJWKSet, jwtVerify } from 'jose';
import t from 'tap';
import { authorizeUrl, givenAClient, introspect, redeem, Visit } from './support/given-a-flow.ts';
import { givenAProvider, startOfTime } from './support/given-a-provider.ts';
import { Browser, get, json, location } from './support/wire.ts';

const all = [
  'code',
  'token',
  'id_token',
  'id_token token',
  'code token',
  'code id_token',
  'code id_token token',
  'none',
];

const everything = {
  responseTypes: all,
  grantTypes: ['authorization_code', 'implicit', 'refresh_token'],
};

/** The parameters of the answer, in any response mode. */
const answerIn = (
  reply: WireReply,
): { readonly mode: string; readonly to: string; readonly answer: Record<string, string> } => {
  if (reply.status === 200) {
    const fields = [...reply.body.matchAll(/name="([^"]*)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]);
    return {
      mode: 'form_post',
      to: /action="([^"]*)"/.exec(reply.body)?.[1] ?? '',
      answer: Object.fromEntries(fields),
    };
  }
  const url = new URL(String(reply.headers.location));
  const [mode, text] = url.hash === '' ? ['query', url.search] : ['fragment', url.hash.slice(1)];
  return { mode, to: url.origin + url.pathname, answer: Object.fromEntries(new URLSearchParams(text)) };
};

const halfHash = (text: string): string =>
  createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');

for (const mode of ['', 'query', 'fragment', 'form_post']) {
  for (const responseType of all) {
    const fronted = /token/.test(responseType);
    if (mode === 'query' && fronted) continue;
    t.test(
      `${responseType}, response_mode=${mode || '(usual)'}: the requested members, in the right place`,
      async (t) => {
        const given = givenAProvider();
        const client = await givenAClient(given, 'shop', everything);
        const reply = await new Visit(given).run(
          authorizeUrl(client, { response_type: responseType, response_mode: mode }),
        );
        const { mode: used, to, answer } = answerIn(reply);
        t.equal(used, mode || (fronted ? 'fragment' : 'query'));
        t.equal(to, 'https://shop.example/cb');
        t.match(answer, { state: 'state-1', iss: 'http://127.0.0.1:4444/' }, 'RFC 9207 §2');
        const words = responseType.split(' ');
        t.equal('code' in answer, words.includes('code'));
        t.equal('access_token' in answer, words.includes('token'));
        t.equal('id_token' in answer, words.includes('id_token'));
        if (answer.access_token !== undefined) {
          t.match(answer, { token_type: 'bearer', expires_in: '3600', scope: 'openid offline photos.read' });
          t.match(await introspect(given, answer.access_token), {
            active: true,
            sub: 'alice',
            token_type: 'access_token',
          });
        }
        if (answer.id_token !== undefined) {
          const keys = createLocalJWKSet(JSON.parse((await get(given.provider.endpoints.jwks, '/')).body));
          const currentDate = new Date(startOfTime * 1000);
          const { payload } = await jwtVerify(answer.id_token, keys, {
            issuer: 'http://127.0.0.1:4444/',
            audience: 'shop',
            currentDate,
          });
          t.match(payload, { sub: 'alice', nonce: 'nonce-1' });
          t.equal(
            payload.at_hash,
            answer.access_token && halfHash(answer.access_token),
            'OpenID Connect Core §3.2.2.9',
          );
          t.equal(payload.c_hash, answer.code && halfHash(answer.code), 'OpenID Connect Core §3.3.2.11');
        }
        if (answer.code !== undefined) {
          const redeemed = json(await redeem(given, client, answer.code));
          t.match(redeemed, { token_type: 'bearer', scope: 'openid offline photos.read' });
          t.equal(json(await redeem(given, client, answer.code)).error, 'invalid_grant');
          for (const token of [answer.access_token, String(redeemed.access_token)]) {
            if (token !== undefined)
              t.strictSame(await introspect(given, token), { active: false }, 'a replay revokes all of it');
          }
        }
      },
    );
  }
}

t.test('a code of a hybrid flow has the usual lifespan', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given, 'shop', everything);
  const { answer } = answerIn(await new Visit(given).run(authorizeUrl(client, { response_type: 'code token' })));
  given.wait(600);
  t.equal(json(await redeem(given, client, answer.code ?? '')).error, 'invalid_grant');
});

t.test(
  'the requirements of a response type are checked before the login, and the error is sent in its mode',
  async (t) => {
    const given = givenAProvider();
    const client = await givenAClient(given, 'shop', everything);
    const codeOnly = await givenAClient(given, 'code-only', { responseTypes: all });
    const app = await givenAClient(given, 'app', { ...everything, tokenEndpointAuthMethod: 'none' });
    const cases: readonly [string, { id: string }, Record<string, string>, string, string][] = [
      ['a token without the implicit grant', codeOnly, { response_type: 'token' }, 'fragment', 'unauthorized_client'],
      [
        'a hybrid without the implicit grant',
        codeOnly,
        { response_type: 'code id_token' },
        'fragment',
        'unauthorized_client',
      ],
      ['an ID token without nonce', client, { response_type: 'id_token', nonce: '' }, 'fragment', 'invalid_request'],
      [
        'an ID token without openid',
        client,
        { response_type: 'id_token', scope: 'photos.read' },
        'fragment',
        'invalid_scope',
      ],
      [
        'tokens in the query',
        client,
        { response_type: 'token', response_mode: 'query' },
        'fragment',
        'invalid_request',
      ],
      ['an unknown mode', client, { response_type: 'id_token', response_mode: 'x' }, 'fragment', 'invalid_request'],
      ['a form post', client, { response_mode: 'form_post', prompt: 'none' }, 'form_post', 'login_required'],
      ['a public client without PKCE', app, { response_type: 'code id_token' }, 'fragment', 'invalid_request'],
      [
        'an unknown type',
        client,
        { response_type: 'code x', response_mode: 'form_post' },
        'form_post',
        'unsupported_response_type',
      ],
    ];
    for (const [name, who, change, mode, error] of cases) {
      const found = answerIn(await new Browser(given.provider.endpoints.authorize).visit(authorizeUrl(who, change)));
      t.match(found, { mode, answer: { error, state: 'state-1' } }, name);
    }
    const implicit = await new Browser(given.provider.endpoints.authorize).visit(
      authorizeUrl(app, { response_type: 'id_token' }),
    );
    t.match(
      String(implicit.headers.location),
      /^http:\/\/ui\.example\/login/,
      'PKCE protects codes; without a code there is nothing to prove',
    );
  },
);

t.test('an ID token that was requested but not granted is access_denied', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given, 'shop', everything);
  const reply = await new Visit(given).run(
    authorizeUrl(client, { response_type: 'id_token' }),
    {},
    { grantedScope: ['photos.read'] },
  );
  t.match(answerIn(reply), { mode: 'fragment', answer: { error: 'access_denied' } });
});

t.test('the form_post page escapes its values, runs one known script, and cannot be framed', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given, 'shop', everything);
  const state = `"><script>alert('x')</script>&amp;`;
  const reply = await new Visit(given).run(authorizeUrl(client, { response_mode: 'form_post', state }));
  t.equal(reply.body.match(/<script>/g)?.length, 1);
  const script = /<script>(.*)<\/script>/.exec(reply.body)?.[1] ?? '';
  const hash = createHash('sha256').update(script).digest('base64');
  t.match(String(reply.headers['content-security-policy']), `script-src 'sha256-${hash}'`);
  t.match(String(reply.headers['content-security-policy']), "frame-ancestors 'none'");
  t.match(reply.body, '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;');
  t.equal(reply.headers['cache-control'], 'no-store');
});

t.test('without a known response type an error is sent in the requested mode', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const placeOf = async (response_type: string, response_mode: string) => {
    const reply = await new Visit(given).browser.visit(authorizeUrl(client, { response_type, response_mode }));
    if (reply.status === 200)
      return /name="error" value="unsupported_response_type"/.test(reply.body) ? 'form_post' : 'page';
    const { search, hash } = location(reply);
    return search.includes('error=unsupported_response_type') ? 'query' : hash.includes('error=') ? 'fragment' : '';
  };
  for (const type of ['', 'magic', 'code magic', 'token magic']) {
    for (const mode of ['query', 'fragment', 'form_post']) t.equal(await placeOf(type, mode), mode, `${type} ${mode}`);
    for (const mode of ['', 'pigeon']) t.equal(await placeOf(type, mode), 'query', `${type} ${mode}`);
  }
});

t.test('a requested acr that no app asserts is not in the ID token', async (t) => {
  const given = givenAProvider();
  const client = await givenAClient(given);
  const claimsOf = async (login: Partial<AcceptLogin>, idToken: JsonObject) => {
    const session = { accessToken: {}, idToken };
    const code = await new Visit(given).code(authorizeUrl(client, { acr_values: '1 2' }), login, { session });
    const { id_token } = json(await redeem(given, client, code));
    return JSON.parse(Buffer.from(String(id_token).split('.')[1] ?? '', 'base64url').toString());
  };
  t.notOk('acr' in (await claimsOf({}, {})));
  t.equal((await claimsOf({ acr: '2' }, { acr: '1' })).acr, '2');
  t.equal((await claimsOf({}, { acr: '1' })).acr, '1');
});
