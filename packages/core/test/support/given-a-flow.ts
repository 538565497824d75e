// A client, a person and their browser: runs an authorization request to where a test wants to look.
import {
  type AcceptConsent,
  type AcceptLogin,
  type ClientMetadata,
  emptyClientMetadata,
  type WireReply,
} from '@claviger/core';
import type { GivenProvider } from './given-a-provider.ts';
import { Browser, basic, json, location, post } from './wire.ts';

export const metadata = (change: Partial<ClientMetadata> = {}): ClientMetadata => ({
  ...emptyClientMetadata,
  name: 'Shop',
  redirectUris: ['https://shop.example/cb'],
  grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
  scope: 'openid offline photos.read photos.write',
  ...change,
});

export interface GivenClient {
  readonly id: string;
  readonly secret: string;
  readonly auth: { readonly authorization: string };
}

export const givenAClient = async (
  { provider }: GivenProvider,
  id = 'shop',
  change: Partial<ClientMetadata> = {},
): Promise<GivenClient> => {
  const result = await provider.admin.createClient({ id, secret: '', metadata: metadata(change) });
  if (result.outcome !== 'created') throw new Error(`The client ${id} exists.`);
  return { id, secret: result.secret, auth: basic(id, result.secret) };
};

export const authorizeUrl = (
  client: { readonly id: string },
  change: Readonly<Record<string, string>> = {},
): string => {
  const parameters = {
    client_id: client.id,
    response_type: 'code',
    redirect_uri: 'https://shop.example/cb',
    scope: 'openid offline photos.read',
    state: 'state-1',
    nonce: 'nonce-1',
    ...change,
  };
  return `/oauth2/auth?${new URLSearchParams(parameters)}`;
};

export class Visit {
  readonly browser: Browser;
  readonly #given: GivenProvider;

  constructor(given: GivenProvider, browser = new Browser(given.provider.endpoints.authorize)) {
    this.#given = given;
    this.browser = browser;
  }

  /** The login challenge in the redirect to the login app. */
  async begin(url: string): Promise<string> {
    return challengeIn(await this.browser.visit(url), 'login_challenge');
  }

  async acceptLogin(challenge: string, change: Partial<AcceptLogin> = {}): Promise<string> {
    const result = await this.#given.provider.admin.acceptLogin({ challenge, subject: 'alice', ...change });
    if (result.outcome !== 'answered') throw new Error(`The login was not accepted: ${result.outcome}.`);
    return result.redirectTo;
  }

  async acceptConsent(challenge: string, change: Partial<AcceptConsent> = {}): Promise<string> {
    const { admin } = this.#given.provider;
    const grantedScope = change.grantedScope ?? (await admin.getConsentRequest(challenge))?.flow.request.scope ?? [];
    const result = await admin.acceptConsent({ challenge, ...change, grantedScope });
    if (result.outcome !== 'answered') throw new Error(`The consent was not accepted: ${result.outcome}.`);
    return result.redirectTo;
  }

  /** Goes through login and consent. Returns the reply that carries the code. */
  async run(url: string, login: Partial<AcceptLogin> = {}, consent: Partial<AcceptConsent> = {}): Promise<WireReply> {
    const back = await this.acceptLogin(await this.begin(url), login);
    const challenge = challengeIn(await this.browser.visit(back), 'consent_challenge');
    return this.browser.visit(await this.acceptConsent(challenge, consent));
  }

  async code(url: string, login: Partial<AcceptLogin> = {}, consent: Partial<AcceptConsent> = {}): Promise<string> {
    return location(await this.run(url, login, consent)).searchParams.get('code') ?? '';
  }
}

export const challengeIn = (reply: WireReply, name: string): string => {
  const challenge = reply.status === 302 ? location(reply).searchParams.get(name) : null;
  if (challenge === null) throw new Error(`There is no ${name} in ${reply.status} ${String(reply.headers.location)}.`);
  return challenge;
};

export const redeem = (
  given: GivenProvider,
  client: GivenClient,
  code: string,
  change: Readonly<Record<string, string>> = {},
): Promise<WireReply> =>
  post(
    given.provider.endpoints.token,
    { grant_type: 'authorization_code', code, redirect_uri: 'https://shop.example/cb', ...change },
    client.auth,
  );

export const refresh = (
  given: GivenProvider,
  client: GivenClient,
  token: string,
  change: Readonly<Record<string, string>> = {},
): Promise<WireReply> =>
  post(given.provider.endpoints.token, { grant_type: 'refresh_token', refresh_token: token, ...change }, client.auth);

export const introspect = async (given: GivenProvider, token: string): Promise<Record<string, unknown>> =>
  json(await post(given.provider.endpoints.introspect, { token }));

export interface GivenTokens {
  readonly access: string;
  readonly refresh: string;
  readonly id: string;
}

export const givenTokens = async (
  given: GivenProvider,
  client: GivenClient,
  visit = new Visit(given),
): Promise<GivenTokens> => {
  const body = json(await redeem(given, client, await visit.code(authorizeUrl(client))));
  return { access: String(body.access_token), refresh: String(body.refresh_token), id: String(body.id_token) };
};
