// A person with a browser who logs in and allows everything, and the answer that the client gets. The login and consent
// apps are part of the test and answer over the admin API.
import { formFields, type Page, PlainBrowser } from './plain-browser.ts';
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

const accept = async (server: TestServer, path: string, body: object): Promise<string> => {
  const reply = await fetch(`${server.adminUrl}${path}/accept`, { method: 'PUT', body: JSON.stringify(body) });
  if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
  return ((await reply.json()) as { redirect_to: string }).redirect_to;
};

const acceptConsent = async (server: TestServer, path: string, session: Session): Promise<string> => {
  const asked = (await (await fetch(`${server.adminUrl}${path}`)).json()) as Record<string, unknown>;
  const { requested_scope: scope, requested_access_token_audience: audience } = asked;
  return accept(server, path, { grant_scope: scope, grant_access_token_audience: audience, session });
};

/** Goes from the authorization request to the answer. Throws if the server shows a page instead. */
export const authorize = async (server: TestServer, url: URL | string, session: Session = {}): Promise<Arrival> => {
  const browser = new PlainBrowser();
  let page = await browser.request(url);
  for (let hops = 0; hops < 8; hops += 1) {
    const location = page.headers.get('location');
    if (location === null) return postedBy(page);
    const next = new URL(location, page.url);
    const { login_challenge: login, consent_challenge: consent } = Object.fromEntries(next.searchParams);
    const requests = '/oauth2/auth/requests';
    if (login) page = await browser.request(await accept(server, `${requests}/login/${login}`, { subject: 'alice' }));
    else if (consent)
      page = await browser.request(await acceptConsent(server, `${requests}/consent/${consent}`, session));
    else if (next.origin === page.url.origin) page = await browser.request(next);
    else return sentTo(next);
  }
  throw new Error(`too many redirects, the last one from ${page.url}`);
};

const sentTo = (url: URL): Arrival =>
  url.hash === ''
    ? { mode: 'query', parameters: url.searchParams, url }
    : { mode: 'fragment', parameters: new URLSearchParams(url.hash.slice(1)), url };

const postedBy = (page: Page): Arrival => {
  const action = /<form method="post" action="([^"]*)"/.exec(page.text)?.[1];
  if (action === undefined) throw new Error(`${page.status} at ${page.url}: ${page.text}`);
  return { mode: 'form_post', parameters: formFields(page), url: new URL(action) };
};
