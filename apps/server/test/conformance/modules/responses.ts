// Requests of every kind that must, or must not, get the requested answer.

import { createHash } from 'node:crypto';
import { begin, checkAnswer, checkRefusal, complete, lastIdToken, redeem } from '../support/flow.ts';
import { hasCode } from '../support/given.ts';
import { readJson } from '../support/lax-fetch.ts';
import type { Module } from '../support/module.ts';
import { randomText, registerParty, registrationRequest, sendRegistration, sharedKeys } from '../support/party.ts';

/** OpenID Connect Core §2 and §3.3.2.11, RFC 7519 §4.1.7, and `rat`, when the request was made (2018 API). */
const claimsOfTheProtocol = [
  'iss',
  'sub',
  'aud',
  'exp',
  'iat',
  'auth_time',
  'nonce',
  'acr',
  'at_hash',
  'c_hash',
  'jti',
  'rat',
];

export const responseModules: readonly Module[] = [
  {
    name: 'oidcc-server',
    requirement:
      'a normal request returns everything that its response type names, in the right place, and every token is valid',
    async run(t, given) {
      const party = await registerParty(given);
      const flow = await complete(t, given, party);
      t.equal(flow.logins.length, 1);
      t.equal(flow.consents.length, 1);
      for (const { claims } of flow.idTokens) {
        t.strictSame(
          Object.keys(claims).filter((claim) => !claimsOfTheProtocol.includes(claim)),
          [],
          'no claims about the person that were not requested',
        );
      }
      // RFC 6749 §10.10: at least 128 bits of entropy.
      if (hasCode(given)) t.match(flow.code, /[A-Za-z0-9_-]{43}/);
    },
  },
  {
    name: 'oidcc-server-client-secret-post',
    requirement: 'a client may send its secret in the body',
    async run(t, given) {
      t.equal(given.clientAuth, 'client_secret_post');
      const party = await registerParty(given);
      t.equal(party.registered.token_endpoint_auth_method, 'client_secret_post');
      await complete(t, given, party);
    },
  },
  {
    name: 'oidcc-response-type-missing',
    requirement: 'a request without response_type is refused, and the client receives the error',
    async run(t, given) {
      const party = await registerParty(given);
      const begun = await begin(given, party, { change: { response_type: undefined } });
      checkRefusal(t, given, begun, /^(unsupported_response_type|invalid_request)$/, { undecided: true });
      const { parameters, logins } = begun;
      // RFC 6749 §4.1.2.1: the allowed characters of error_description.
      t.match(parameters.get('error_description'), /^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
      t.strictSame(logins, []);
    },
  },
  {
    name: 'oidcc-idtoken-signature',
    requirement: 'a client that names no algorithm gets ID tokens that are signed with RS256 and name their key',
    async run(t, given) {
      const flow = await complete(t, given, await registerParty(given));
      for (const { header } of flow.idTokens) t.match(header, { alg: 'RS256', kid: String });
    },
  },
  {
    name: 'oidcc-idtoken-rs256',
    requirement: 'a client that asks for RS256 gets ID tokens that are signed with RS256 and name their key',
    async run(t, given) {
      const party = await registerParty(given, { change: { id_token_signed_response_alg: 'RS256' } });
      t.equal(party.registered.id_token_signed_response_alg, 'RS256');
      const flow = await complete(t, given, party);
      for (const { header } of flow.idTokens) t.match(header, { alg: 'RS256', kid: String });
    },
  },
  {
    name: 'oidcc-idtoken-unsigned',
    requirement: 'ID tokens without a signature are neither announced nor available (the suite then skips this module)',
    async run(t, given) {
      const { id_token_signing_alg_values_supported: algorithms } = given.server.metadata;
      t.notOk((algorithms as readonly string[]).includes('none'));
      const request = registrationRequest(given, await sharedKeys(), { id_token_signed_response_alg: 'none' });
      const reply = await sendRegistration(given, request);
      t.equal(reply.status, 400);
      t.match(await readJson(reply), { error: 'invalid_client_metadata', error_hint: /id_token_signed_response_alg/ });
    },
  },
  {
    name: 'oidcc-alternate-happy-flow',
    requirement: 'the order of parameters and of scopes does not matter',
    async run(t, given) {
      const party = await registerParty(given, { scope: 'email profile openid' });
      const usual = new URLSearchParams({ scope: party.scope, client_id: party.id, response_type: given.responseType });
      const change = {
        nonce: randomText(),
        state: randomText(),
        redirect_uri: party.redirectUri,
        ...(given.responseMode === 'form_post' ? { response_mode: 'form_post' } : {}),
      };
      for (const [name, value] of Object.entries(change)) usual.append(name, value);
      const sent = new URLSearchParams([...usual].reverse());
      await complete(t, given, party, { change, sent });
    },
  },
  {
    name: 'oidcc-ensure-post-request-succeeds',
    requirement: 'a request may be posted, and the login and consent that follow succeed',
    async run(t, given) {
      const flow = await complete(t, given, await registerParty(given), { posted: true });
      t.equal(flow.logins.length, 1);
    },
  },
  {
    name: 'oidcc-ensure-request-with-unknown-parameter-succeeds',
    requirement: 'an undefined parameter is ignored (RFC 6749 §3.1)',
    async run(t, given) {
      await complete(t, given, await registerParty(given), { change: { extra: 'foobar' } });
    },
  },
  {
    name: 'oidcc-ensure-request-with-valid-pkce-succeeds',
    requirement: 'PKCE may be used (RFC 7636), and the verifier is then required',
    async run(t, given) {
      const party = await registerParty(given);
      const verifier = randomText() + randomText();
      const challenge = createHash('sha256').update(verifier).digest('base64url');
      const change = { code_challenge: challenge, code_challenge_method: 'S256' };
      await complete(t, given, party, { change, verifier });
      const begun = await begin(given, party, { change });
      checkAnswer(t, given, begun);
      const reply = await redeem(given, party, begun.parameters.get('code') ?? '');
      t.equal((await readJson(reply)).error, 'invalid_grant', 'an attacker does not have the verifier');
    },
  },
  {
    name: 'oidcc-ensure-request-without-nonce-succeeds-for-code-flow',
    requirement: 'without an ID token in the authorization response, a nonce is not required',
    async run(t, given) {
      const flow = await complete(t, given, await registerParty(given), { change: { nonce: undefined } });
      t.notOk('nonce' in lastIdToken(flow).claims);
    },
  },
  {
    name: 'oidcc-ensure-request-without-nonce-fails',
    requirement: 'with an ID token in the authorization response, a nonce is required (OpenID Connect Core §3.2.2.1)',
    async run(t, given) {
      const party = await registerParty(given);
      const begun = await begin(given, party, { change: { nonce: undefined } });
      checkRefusal(t, given, begun, /^invalid_request$/);
      t.strictSame(begun.logins, []);
    },
  },
];
