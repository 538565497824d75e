// Where an answer may go (RFC 6749 §3.1.2, RFC 9700 §2.1).
import type { Test } from 'tap';
import { begin, complete, type Parameters } from '../support/flow.ts';
import type { Given } from '../support/given.ts';
import { readJson } from '../support/lax-fetch.ts';
import type { Module } from '../support/module.ts';
import {
  type Change,
  redirectUri,
  registerParty,
  registrationRequest,
  sendRegistration,
  sharedKeys,
} from '../support/party.ts';

/** The browser ends at an error page at the authorize URL. */
const showsPage = async (
  t: Test,
  given: Given,
  { registered, asked }: { registered?: Change; asked: Parameters },
): Promise<void> => {
  const party = await registerParty(given, registered === undefined ? {} : { change: registered });
  const { by, page, logins } = await begin(given, party, { change: asked });
  t.equal(by, 'none');
  t.equal(page.status, 400);
  t.equal(`${page.url.origin}${page.url.pathname}`, given.server.endpoint('authorization_endpoint'));
  t.match(page.text, 'redirect_uri', 'the page names the fault');
  t.strictSame(logins, []);
};

const query = '?dummy1=lorem&dummy2=ipsum';

export const redirectUriModules: readonly Module[] = [
  {
    name: 'oidcc-ensure-registered-redirect-uri',
    requirement: 'no answer is sent to an unregistered URI; the user sees an error page',
    run: (t, given) => showsPage(t, given, { asked: { redirect_uri: `${redirectUri}/unregistered` } }),
  },
  {
    name: 'oidcc-ensure-redirect-uri-in-authorization-request',
    requirement: 'if two URIs are registered, the request must name one; otherwise the user sees an error page',
    run: (t, given) =>
      showsPage(t, given, {
        registered: { redirect_uris: [redirectUri, `${redirectUri}/2`] },
        asked: { redirect_uri: undefined },
      }),
  },
  {
    name: 'oidcc-redirect-uri-query-OK',
    requirement: 'the query of a registered URI is kept',
    async run(t, given) {
      const party = await registerParty(given, { change: { redirect_uris: [`${redirectUri}${query}`] } });
      const flow = await complete(t, given, party);
      if (flow.by !== 'query' && flow.by !== 'fragment') return;
      const { searchParams } = new URL(flow.page.headers.get('location') ?? '');
      t.strictSame([searchParams.get('dummy1'), searchParams.get('dummy2')], ['lorem', 'ipsum']);
    },
  },
  {
    name: 'oidcc-redirect-uri-query-mismatch',
    requirement: 'a URI whose query differs from the registered one is refused',
    run: (t, given) =>
      showsPage(t, given, {
        registered: { redirect_uris: [`${redirectUri}${query}`] },
        asked: { redirect_uri: `${redirectUri}?dummy1=lorem&dummy2=dolor` },
      }),
  },
  {
    name: 'oidcc-redirect-uri-query-added',
    requirement: 'a URI with a query is refused if it is registered without one',
    run: (t, given) => showsPage(t, given, { asked: { redirect_uri: `${redirectUri}${query}` } }),
  },
  {
    name: 'oidcc-redirect-uri-regfrag',
    requirement: 'a URI with a fragment cannot be registered',
    async run(t, given) {
      const change = { redirect_uris: [`${redirectUri}#foobar`] };
      const reply = await sendRegistration(given, registrationRequest(given, await sharedKeys(), change));
      t.equal(reply.status, 400);
      t.match(reply.headers.get('content-type'), /^application\/json/);
      t.match(await readJson(reply), { error: 'invalid_redirect_uri' });
    },
  },
];
