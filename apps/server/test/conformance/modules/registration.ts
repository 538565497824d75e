// What a client may register, and its effect (OpenID Connect Registration §2).
import type { Test } from 'tap';
import { begin, complete } from '../support/flow.ts';
import type { Given } from '../support/given.ts';
import { laxFetch, readJson } from '../support/lax-fetch.ts';
import type { Module } from '../support/module.ts';
import {
  type Change,
  makeKeys,
  redirectUri,
  registerParty,
  registrationRequest,
  sendRegistration,
  sharedKeys,
} from '../support/party.ts';

const refusesRegistration = async (t: Test, given: Given, change: Change, member: RegExp): Promise<void> => {
  const reply = await sendRegistration(given, registrationRequest(given, await sharedKeys(), change));
  t.equal(reply.status, 400);
  t.match(reply.headers.get('content-type'), /^application\/json/);
  t.match(await readJson(reply), { error: 'invalid_client_metadata', error_hint: member });
};

/** The login page must show it; the suite's user takes a picture of that. */
const onLoginPage = (name: string, member: string, pattern: (url: string) => string): Module => ({
  name,
  requirement: `the login page shows the client's ${member}`,
  async run(t, given) {
    const url = `https://party.example/${member}?a=1`;
    const party = await registerParty(given, { change: { [member]: url } });
    t.equal(party.registered[member], url);
    const { logins } = await begin(given, party);
    t.match(logins[0]?.text, pattern(url));
    t.match(logins[0]?.text, 'Conformance &amp; co.', 'the page shows the name of the client');
  },
});

const pairwise = (given: Given, listed: readonly string[]): Change => ({
  subject_type: 'pairwise',
  sector_identifier_uri: given.documents.publish(JSON.stringify(listed)),
});

const initiateLoginUri = 'https://party.example/login';

export const registrationModules: readonly Module[] = [
  onLoginPage('oidcc-registration-logo-uri', 'logo_uri', (url) => `<img class="logo" src="${url}"`),
  onLoginPage('oidcc-registration-policy-uri', 'policy_uri', (url) => `<a href="${url}"`),
  onLoginPage('oidcc-registration-tos-uri', 'tos_uri', (url) => `<a href="${url}"`),
  {
    name: 'oidcc-registration-jwks-uri',
    requirement: 'a client may publish its keys and register their URL',
    async run(t, given) {
      const keys = await makeKeys();
      const jwksUri = given.documents.publish(JSON.stringify(keys.publicJwks));
      const party = await registerParty(given, { keys, change: { jwks: undefined, jwks_uri: jwksUri } });
      t.equal(party.registered.jwks_uri, jwksUri);
      await complete(t, given, party);
    },
  },
  {
    name: 'oidcc-registration-sector-uri',
    requirement: 'a sector_identifier_uri whose document lists the redirect URIs can be registered',
    async run(t, given) {
      const change = pairwise(given, ['https://party.example/another', redirectUri]);
      const party = await registerParty(given, { change });
      t.match(party.registered, change);
      const flow = await complete(t, given, party);
      t.not(flow.idTokens[0]?.claims.sub, 'conformance-user', 'and the client gets a pairwise subject');
    },
  },
  {
    name: 'oidcc-registration-sector-bad',
    requirement: 'a sector_identifier_uri whose document does not list the redirect URIs is refused',
    run: (t, given) =>
      refusesRegistration(t, given, pairwise(given, ['https://party.example/another']), /^sector_identifier_uri/),
  },
  {
    name: 'oidcc-3rd_party-init-login',
    requirement: 'initiate_login_uri can be registered and read again',
    async run(t, given) {
      const { registered } = await registerParty(given, { change: { initiate_login_uri: initiateLoginUri } });
      t.equal(registered.initiate_login_uri, initiateLoginUri);
      const reply = await laxFetch(String(registered.registration_client_uri), {
        headers: { authorization: `Bearer ${registered.registration_access_token}`, accept: 'application/json' },
      });
      t.equal(reply.status, 200);
      t.match(reply.headers.get('content-type'), /^application\/json/);
      t.match(await readJson(reply), { client_id: registered.client_id, initiate_login_uri: initiateLoginUri });
    },
  },
  {
    name: 'oidcc-3rd_party-init-login-nohttps',
    requirement: 'an initiate_login_uri that is not https is refused',
    run: (t, given) =>
      refusesRegistration(t, given, { initiate_login_uri: 'http://party.example/login' }, /^initiate_login_uri/),
  },
];
