// A person with a browser who logs in and allows everything, and the answer that the client gets. The login and consent
// apps are part of the test and answer over the admin API.
import { Journey, overHttp, type PendingRequest, type Sent } from '@claviger/core/testing';
import { formFields } from './plain-browser.ts';
import type { TestServer } from './start-server.ts';

/** For CLAVIGER_LOGIN_URL and CLAVIGER_CONSENT_URL. Nothing serves it: the test takes the challenge from the URL. */
export const testApps = {
  CLAVIGER_LOGIN_URL: 'http://ui.example/login',
  CLAVIGER_CONSENT_URL: 'http://ui.example/consent',
};

export interface Session {
  readonly access_token?: Readonly<Record<string, unknown>>;
  readonly id_token?: Readonly<Record<string, unknown>>;
}

/** An authorization response as it reaches the client. */
export interface Arrival {
  readonly mode: 'query' | 'fragment' | 'form_post';
  readonly parameters: URLSearchParams;
  /** The URL with query and fragment, or the address of a posted form. */
  readonly url: URL;
}

const sender =
  (base: string) =>
  async (request: string, { form, json, headers = {} }: Sent = {}) => {
    const [method = '', path = ''] = request.split(' ');
    const body = form ? new URLSearchParams(form) : json === undefined ? null : JSON.stringify(json);
    const reply = await fetch(`${base}${path}`, { method, headers, body, redirect: 'manual' });
    const text = await reply.text();
    const isJson = reply.headers.get('content-type')?.startsWith('application/json') ?? false;
    return {
      status: reply.status,
      headers: { ...Object.fromEntries(reply.headers), 'set-cookie': reply.headers.getSetCookie() },
      location: reply.headers.get('location'),
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
  };

/** Goes from the authorization request to the answer. Throws if the server shows a page instead. */
export const authorize = async (server: TestServer, url: URL | string, session: Session = {}): Promise<Arrival> => {
  const journey = new Journey(overHttp({ public: sender(server.publicUrl), admin: sender(server.adminUrl) }));
  const accept = ({ requested_access_token_audience: audience }: PendingRequest) => ({
    grant_access_token_audience: audience,
    session,
  });
  const { reply } = await journey.walk(String(url), { consent: { accept } });
  if (reply.location === null) return postedBy(reply);
  const next = new URL(reply.location);
  if (next.origin === new URL(server.issuer).origin) throw new Error(`The server sends the browser to ${next}.`);
  return sentTo(next);
};

const sentTo = (url: URL): Arrival =>
  url.hash === ''
    ? { mode: 'query', parameters: url.searchParams, url }
    : { mode: 'fragment', parameters: new URLSearchParams(url.hash.slice(1)), url };

const postedBy = (page: { readonly status: number; readonly text: string }): Arrival => {
  const action = /<form method="post" action="([^"]*)"/.exec(page.text)?.[1];
  if (action === undefined) throw new Error(`${page.status}: ${page.text}`);
  return { mode: 'form_post', parameters: formFields(page), url: new URL(action) };
};
