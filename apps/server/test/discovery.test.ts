// Discovery is true: every member of both documents is checked against the running server.
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import t, { type Test } from 'tap';
import { startDiscoveredServer } from './support/discovered-server.ts';
import { codeVerifier, pkce, postForm, type RegisteredClient, redirectUri } from './support/raw-client.ts';

// A busy machine is slow.
t.setTimeout(300_000);

const discovered = await startDiscoveredServer(t);
const { server, hosted, keys, keySet, document, read, text, list, responseTypes } = discovered;
const { register, requestOf, arrive, redeem, tokensOf, bySecret, clientToken, userinfo } = discovered;
const { methodsWork, algorithmsWork, tokenFields, anyToken } = discovered;

const errorFor = async (change: Readonly<Record<string, string>>): Promise<string | null> =>
  (await arrive(await register(), change)).parameters.get('error');

let kept: RegisteredClient | undefined;

/** The client that sends request objects. */
const keeper = async (): Promise<RegisteredClient> => {
  kept ??= await register({ jwks: keys.jwks, request_uris: [hosted.urlOf('/request.jwt')] });
  return kept;
};

const requestObject = (client: RegisteredClient, alg: string): Promise<string> =>
  keys.sign(client, alg, { iss: client.id, aud: server.issuer, client_id: client.id, state: 'from the object' });

const stateOf = async (client: RegisteredClient, change: Readonly<Record<string, string>>): Promise<string | null> => {
  const { parameters } = await arrive(client, change);
  return parameters.has('code') ? parameters.get('state') : parameters.get('error_hint');
};

const proofs: Readonly<Record<string, (t: Test) => Promise<void>>> = {
  async issuer(t) {
    t.equal(document.issuer, server.issuer);
    const { id_token: idToken } = await tokensOf(await register());
    t.equal(decodeJwt(String(idToken)).iss, document.issuer);
  },
  async authorization_endpoint(t) {
    const request = requestOf(await register());
    const [path = '', query = ''] = request.split('?');
    const get = await fetch(request, { redirect: 'manual' });
    t.match(get.headers.get('location'), /^http:\/\/ui\.example\/login\?login_challenge=/);
    const post = await fetch(path, { method: 'POST', body: new URLSearchParams(query), redirect: 'manual' });
    t.equal(post.headers.get('location'), request, 'OpenID Connect Core §3.1.2.1: also by POST');
  },
  async token_endpoint(t) {
    t.match(await clientToken(await register()), /./);
  },
  async jwks_uri(t) {
    const { id_token: idToken } = await tokensOf(await register());
    t.equal((await jwtVerify(String(idToken), keySet)).payload.sub, 'alice');
  },
  async userinfo_endpoint(t) {
    const { access_token: token } = await tokensOf(await register());
    t.same(await (await userinfo(token)).json(), { sub: 'alice' });
  },
  async registration_endpoint(t) {
    const body = JSON.stringify({ redirect_uris: [redirectUri], scope: 'openid' });
    const headers = { 'content-type': 'application/json' };
    const reply = await fetch(text('registration_endpoint'), { method: 'POST', headers, body });
    t.equal(reply.status, 201);
    const { client_id: id, client_secret: secret } = (await reply.json()) as Record<string, string>;
    t.match(await tokensOf({ id: id ?? '', secret: secret ?? '' }, { scope: 'openid' }), { scope: 'openid' });
  },
  async revocation_endpoint(t) {
    const client = await register();
    const { access_token: token } = await tokensOf(client);
    t.equal((await postForm(text('revocation_endpoint'), bySecret(client), { token: String(token) })).status, 200);
    t.equal((await userinfo(token)).status, 401);
  },
  async introspection_endpoint(t) {
    const client = await register();
    const fields = { token: await clientToken(client) };
    const { body } = await postForm(text('introspection_endpoint'), bySecret(client), fields);
    t.match(body, { active: true, client_id: client.id });
  },
  async subject_types_supported(t) {
    const subjects = [];
    for (const type of list('subject_types_supported')) {
      const { id_token: idToken } = await tokensOf(await register({ subject_type: type }));
      subjects.push(decodeJwt(String(idToken)).sub);
    }
    t.match(subjects, ['alice', /^[0-9a-f]{64}$/]);
  },
  async response_types_supported(t) {
    const client = await register();
    for (const type of responseTypes) {
      const { parameters } = await arrive(client, { response_type: type });
      const words = type.split(' ');
      const issued = { code: 'code', token: 'access_token', id_token: 'id_token' };
      for (const [word, parameter] of Object.entries(issued)) {
        t.equal(parameters.has(parameter), words.includes(word), `${type}: ${parameter}`);
      }
      t.equal(parameters.get('error'), null, type);
    }
    t.equal(await errorFor({ response_type: 'code something' }), 'unsupported_response_type');
  },
  async response_modes_supported(t) {
    const client = await register();
    for (const mode of list('response_modes_supported')) {
      const { mode: used, parameters } = await arrive(client, { response_mode: mode });
      t.equal(used, mode);
      t.ok(parameters.get('code'), mode);
    }
    t.equal(await errorFor({ response_mode: 'pigeon' }), 'invalid_request');
  },
  async grant_types_supported(t) {
    const grants = list('grant_types_supported');
    t.same([...grants].sort(), ['authorization_code', 'client_credentials', 'implicit', 'refresh_token']);
    const client = await register();
    const { refresh_token: refresh } = await tokensOf(client);
    t.match(refresh, /./, 'authorization_code');
    const fields = { grant_type: 'refresh_token', refresh_token: String(refresh) };
    t.equal((await postForm(text('token_endpoint'), bySecret(client), fields)).status, 200, 'refresh_token');
    t.match(await clientToken(client), /./, 'client_credentials');
    t.ok((await arrive(client, { response_type: 'token' })).parameters.get('access_token'), 'implicit');
    const other = await postForm(text('token_endpoint'), bySecret(client), { grant_type: 'password' });
    t.equal(other.body.error, 'unsupported_grant_type');
  },
  async authorization_response_iss_parameter_supported(t) {
    const client = await register();
    for (const change of [{}, { scope: 'unknown' }, { response_mode: 'form_post' }]) {
      t.equal((await arrive(client, change)).parameters.get('iss'), document.issuer);
    }
  },
  async claims_supported(t) {
    const claims = list('claims_supported').filter((claim) => claim !== 'sub');
    const given = Object.fromEntries(claims.map((claim) => [claim, `the ${claim}`]));
    const { access_token: token, id_token: idToken } = await tokensOf(await register(), {}, { id_token: given });
    t.match(decodeJwt(String(idToken)), { ...given, sub: 'alice' });
    t.match(await (await userinfo(token)).json(), { ...given, sub: 'alice' });
  },
  async scopes_supported(t) {
    const scope = list('scopes_supported').join(' ');
    t.equal((await tokensOf(await register(), { scope })).scope, scope);
  },
  token_endpoint_auth_methods_supported: (t) =>
    methodsWork(t, text('token_endpoint'), list('token_endpoint_auth_methods_supported'), tokenFields),
  token_endpoint_auth_signing_alg_values_supported: (t) =>
    algorithmsWork(t, text('token_endpoint'), list('token_endpoint_auth_signing_alg_values_supported'), {
      grant_type: 'client_credentials',
    }),
  revocation_endpoint_auth_methods_supported: (t) =>
    methodsWork(t, text('revocation_endpoint'), list('revocation_endpoint_auth_methods_supported'), anyToken),
  revocation_endpoint_auth_signing_alg_values_supported: (t) =>
    algorithmsWork(t, text('revocation_endpoint'), list('revocation_endpoint_auth_signing_alg_values_supported'), {
      token: 'a-token',
    }),
  introspection_endpoint_auth_methods_supported: (t) =>
    methodsWork(t, text('introspection_endpoint'), list('introspection_endpoint_auth_methods_supported'), anyToken),
  introspection_endpoint_auth_signing_alg_values_supported: (t) =>
    algorithmsWork(
      t,
      text('introspection_endpoint'),
      list('introspection_endpoint_auth_signing_alg_values_supported'),
      { token: 'a-token' },
    ),
  async code_challenge_methods_supported(t) {
    t.same(list('code_challenge_methods_supported'), ['S256']);
    const client = await register();
    t.match(await redeem(client, await arrive(client, pkce), { code_verifier: codeVerifier }), {
      token_type: 'bearer',
    });
    t.match(await redeem(client, await arrive(client, pkce), { code_verifier: `${codeVerifier}-not` }), {
      error: 'invalid_grant',
    });
    const plain = { code_challenge: codeVerifier, code_challenge_method: 'plain' };
    t.equal(await errorFor(plain), 'invalid_request');
  },
  async id_token_signing_alg_values_supported(t) {
    for (const alg of list('id_token_signing_alg_values_supported')) {
      const { id_token: idToken } = await tokensOf(await register({ id_token_signed_response_alg: alg }));
      t.equal(decodeProtectedHeader(String(idToken)).alg, alg);
      t.equal((await jwtVerify(String(idToken), keySet)).payload.sub, 'alice', alg);
    }
  },
  async userinfo_signing_alg_values_supported(t) {
    for (const alg of list('userinfo_signing_alg_values_supported')) {
      const { access_token: token } = await tokensOf(await register({ userinfo_signed_response_alg: alg }));
      const reply = await userinfo(token);
      if (alg === 'none') t.same(await reply.json(), { sub: 'alice' });
      else
        t.match(await jwtVerify(await reply.text(), keySet), { protectedHeader: { alg }, payload: { sub: 'alice' } });
    }
  },
  async request_parameter_supported(t) {
    t.equal(document.request_parameter_supported, true);
    t.equal(
      await stateOf(await keeper(), { request: await requestObject(await keeper(), 'ES256') }),
      'from the object',
    );
    t.equal(await errorFor({ request: 'no.request.object' }), 'invalid_request_object');
  },
  async request_uri_parameter_supported(t) {
    t.equal(document.request_uri_parameter_supported, true);
    const client = await keeper();
    hosted.put('/request.jwt', await requestObject(client, 'ES256'));
    t.equal(await stateOf(client, { request_uri: hosted.urlOf('/request.jwt') }), 'from the object');
  },
  async require_request_uri_registration(t) {
    t.equal(document.require_request_uri_registration, true);
    const client = await keeper();
    hosted.put('/unregistered.jwt', await requestObject(client, 'ES256'));
    const { parameters } = await arrive(client, { request_uri: hosted.urlOf('/unregistered.jwt') });
    t.match(parameters.get('error'), /^invalid_request/);
  },
  async request_object_signing_alg_values_supported(t) {
    for (const alg of list('request_object_signing_alg_values_supported')) {
      const method = alg.startsWith('HS') ? { token_endpoint_auth_method: 'client_secret_jwt' } : {};
      const client = await register({ ...method, jwks: keys.jwks, request_object_signing_alg: alg });
      t.equal(await stateOf(client, { request: await requestObject(client, alg) }), 'from the object', alg);
    }
  },
  async claims_parameter_supported(t) {
    t.equal(document.claims_parameter_supported, true);
    // OpenID Connect Core §5.5.1: a server that supports the parameter may answer only for the requested person.
    const claimsFor = (sub: string) => JSON.stringify({ id_token: { sub: { value: sub } } });
    t.equal(await errorFor({ claims: claimsFor('alice') }), null);
    t.ok(await errorFor({ claims: claimsFor('bob') }));
  },
};

for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
  t.test(`${path} has no member that is not checked here`, async (t) => {
    t.same(Object.keys(await read(path)).sort(), Object.keys(proofs).sort());
    t.same(await read(path), document);
  });
}

for (const [member, prove] of Object.entries(proofs)) t.test(member, prove);
