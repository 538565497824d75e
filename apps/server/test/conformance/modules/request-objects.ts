// Requests as JWTs, by value and by reference (OpenID Connect Core §6).
import { SignJWT, UnsecuredJWT } from 'jose';
import type { Test } from 'tap';
import { authorizationParameters, type Begun, begin, checkRefusal, complete, finish } from '../support/flow.ts';
import type { Given } from '../support/given.ts';
import type { Module } from '../support/module.ts';
import { type Change, type Party, randomText, redirectUri, registerParty } from '../support/party.ts';

/** The parameters that are required outside the object too (OpenID Connect Core §6.1, RFC 6749 §3.1.2.3). */
const outside = ['client_id', 'response_type', 'scope', 'redirect_uri'];

interface Request {
  /** All parameters of the request; `state` and `nonce` are in the object only. */
  readonly asked: Readonly<Record<string, string>>;
  readonly sent: URLSearchParams;
}

const makeRequest = (given: Given, party: Party): Request => {
  const asked = Object.fromEntries(authorizationParameters(given, party));
  return { asked, sent: new URLSearchParams(Object.fromEntries(outside.map((name) => [name, asked[name] ?? '']))) };
};

const unsigned = (claims: Readonly<Record<string, string>>): string => new UnsecuredJWT(claims).encode();

const signed = ({ id, keys }: Party, claims: Readonly<Record<string, string>>, audience: string): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: keys.kid })
    .setIssuer(id)
    .setAudience(audience)
    .sign(keys.privateKey);

/** Registers the URL of an object that is published later. */
const registerWithUri = async (given: Given, change: Change = {}) => {
  // OpenID Connect Core §6.2: the fragment says which version it is; the suite registers and sends it.
  const uri = `${given.documents.publish('')}#${randomText()}`;
  const party = await registerParty(given, { change: { request_uris: [uri], ...change } });
  return { party, uri };
};

/** Checks that the answer uses the parameters of the object: its `state`, `nonce` and mode. */
const completes = (t: Test, given: Given, party: Party, { asked, sent }: Request) =>
  complete(t, given, party, { change: asked, sent });

const unsignedByReference = async (t: Test, given: Given): Promise<void> => {
  const { party, uri } = await registerWithUri(given);
  const request = makeRequest(given, party);
  given.documents.publish(unsigned(request.asked), uri);
  request.sent.set('request_uri', uri);
  await completes(t, given, party, request);
};

export const requestObjectModules: readonly Module[] = [
  {
    name: 'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported',
    requirement: 'all parameters of an unsigned request object take effect',
    async run(t, given) {
      const party = await registerParty(given);
      const request = makeRequest(given, party);
      request.sent.set('request', unsigned(request.asked));
      await completes(t, given, party, request);
    },
  },
  {
    name: 'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported',
    requirement: 'all parameters of an unsigned request object at a registered URI take effect',
    run: unsignedByReference,
  },
  {
    name: 'oidcc-request-uri-unsigned',
    requirement: 'discovery announces request_uri, and an unsigned object at a registered URI takes effect',
    async run(t, given) {
      t.equal(given.server.metadata.request_uri_parameter_supported, true);
      await unsignedByReference(t, given);
    },
  },
  {
    name: 'oidcc-request-uri-signed-rs256',
    requirement:
      'discovery announces RS256 for request objects, and an object that is signed with it at a registered URI takes effect',
    async run(t, given) {
      t.ok((given.server.metadata.request_object_signing_alg_values_supported as readonly string[]).includes('RS256'));
      const { party, uri } = await registerWithUri(given, { request_object_signing_alg: 'RS256' });
      t.equal(party.registered.request_object_signing_alg, 'RS256');
      const request = makeRequest(given, party);
      given.documents.publish(await signed(party, request.asked, given.server.issuer), uri);
      request.sent.set('request_uri', uri);
      await completes(t, given, party, request);

      const forged = makeRequest(given, party);
      given.documents.publish(unsigned(forged.asked), uri);
      forged.sent.set('request_uri', uri);
      const begun = await begin(given, party, { change: forged.asked, sent: forged.sent });
      // Nothing in a refused object counts, including its state.
      checkRefusal(t, given, { ...begun, asked: forged.sent }, /^invalid_request/);
    },
  },
  {
    name: 'oidcc-ensure-request-object-with-redirect-uri',
    requirement: 'the URI in a request object takes precedence over the one outside, or the user sees an error page',
    async run(t, given) {
      const party = await registerParty(given);
      const { asked, sent } = makeRequest(given, party);
      sent.set('request', unsigned(asked));
      sent.set('redirect_uri', `${redirectUri}/invalid`);
      const begun: Begun = await begin(given, party, { change: asked, sent });
      if (begun.by === 'none') t.match(begun.page, { status: 400, text: /redirect_uri/ });
      else await finish(t, given, party, begun);
    },
  },
];
