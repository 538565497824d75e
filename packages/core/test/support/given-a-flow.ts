// The journey of `@claviger/core/testing` over a provider in process, with the clients that the tests of core register.
import {
  type AcceptConsent,
  type AcceptLogin,
  emptyClientMetadata,
  type ProposedMetadata,
  type WireReply,
} from '@claviger/core';
import {
  authorizationUrl as authorizeUrl,
  type Browser,
  callback,
  type InProcess,
  inProcess,
  Journey,
  redeem as redeemBy,
  refresh as refreshBy,
  type TypedAnswers,
} from '@claviger/core/testing';
import type { GivenProvider } from './given-a-provider.ts';
import { basic, json, post } from './wire.ts';

export { challengeIn } from '@claviger/core/testing';
export { authorizeUrl };

export const metadata = (change: Partial<ProposedMetadata> = {}): ProposedMetadata => ({
  ...emptyClientMetadata,
  name: 'Shop',
  redirectUris: [callback],
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
  change: Partial<ProposedMetadata> = {},
): Promise<GivenClient> => {
  const result = await provider.admin.createClient({ id, metadata: metadata(change) });
  if (result.outcome !== 'created') throw new Error(`The client ${id} exists.`);
  const secret = result.secret ?? '';
  return { id, secret, auth: basic(id, secret) };
};

/** A person with a browser. `login` and `consent` change what the apps answer. */
export class Visit {
  readonly browser: Browser<WireReply>;
  readonly #driver: InProcess;
  readonly #journey: Journey<WireReply, TypedAnswers>;

  constructor({ provider }: GivenProvider, browser?: Browser<WireReply>) {
    this.#driver = inProcess(provider);
    this.#journey = new Journey(this.#driver, browser);
    this.browser = this.#journey.browser;
  }

  /** The login challenge in the redirect to the login app. */
  begin(url: string): Promise<string> {
    return this.#journey.begin(url);
  }

  acceptLogin(challenge: string, login: Partial<AcceptLogin> = {}): Promise<string> {
    return this.#driver.answer('login', challenge, { login });
  }

  acceptConsent(challenge: string, consent: Partial<AcceptConsent> = {}): Promise<string> {
    return this.#driver.answer('consent', challenge, { consent });
  }

  /** Goes through login and consent. Returns the reply that carries the code. */
  run(url: string, login: Partial<AcceptLogin> = {}, consent: Partial<AcceptConsent> = {}): Promise<WireReply> {
    return this.#journey.run(url, { login, consent });
  }

  code(url: string, login: Partial<AcceptLogin> = {}, consent: Partial<AcceptConsent> = {}): Promise<string> {
    return this.#journey.code(url, { login, consent });
  }
}

type Change = Readonly<Record<string, string>>;

export const redeem = ({ provider }: GivenProvider, client: GivenClient, code: string, change?: Change) =>
  redeemBy(inProcess(provider), client, code, change);

export const refresh = ({ provider }: GivenProvider, client: GivenClient, token: string, change?: Change) =>
  refreshBy(inProcess(provider), client, token, change);

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
