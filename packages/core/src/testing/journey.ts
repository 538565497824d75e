// The authorization code flow, step by step: authorization request, login, consent, code, tokens, refresh. A driver carries the
// steps to a server: `inProcess` or `overHttp`.
import { Browser, type Reply } from './browser.ts';

/** The apps that the server redirects to, in the order of the flow. */
const steps = ['login', 'consent'] as const;
export type Step = (typeof steps)[number];

/** `Answers` says how the login and consent apps answer. Without any, they accept everything that was requested. */
export interface Driver<R extends Reply, Answers> {
  /** GET at the authorization endpoint. */
  readonly authorize: (url: string, headers: Readonly<Record<string, string>>) => Promise<R>;
  /** POST at the token endpoint. */
  readonly token: (form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>>) => Promise<R>;
  /** Answers as an app does. Returns the URL for the browser, or null if the app holds the browser. Throws if refused. */
  readonly answer: (step: Step, challenge: string, answers: Answers) => Promise<string | null>;
}

export interface Client {
  readonly id: string;
  /** HTTP Basic. Empty for a client that sends `client_id` in the form. */
  readonly auth: { readonly authorization: string };
}

export const callback = 'https://shop.example/cb';

export const basic = (id: string, secret: string): { authorization: string } => ({
  authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`,
});

/** An authorization request for a code. null in `change` leaves a parameter out. */
export const authorizationUrl = (
  client: { readonly id: string },
  change: Readonly<Record<string, string | null>> = {},
): string => {
  const parameters = {
    client_id: client.id,
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid offline photos.read',
    state: 'state-1',
    nonce: 'nonce-1',
    ...change,
  };
  const sent = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== null);
  return `/oauth2/auth?${new URLSearchParams(sent)}`;
};

const findChallenge = ({ headers: { location } }: Reply, name: string): string | null =>
  location === undefined ? null : new URL(String(location)).searchParams.get(name);

/** The challenge in a redirect to an app: `login_challenge` or `consent_challenge`. */
export const challengeIn = (reply: Reply, name: string): string => {
  const challenge = reply.status === 302 ? findChallenge(reply, name) : null;
  if (challenge === null) throw new Error(`There is no ${name} in ${reply.status} ${String(reply.headers.location)}.`);
  return challenge;
};

type Tokens<R extends Reply> = Pick<Driver<R, never>, 'token'>;

const send = <R extends Reply>({ token }: Tokens<R>, { id, auth }: Client, form: Readonly<Record<string, string>>) =>
  auth.authorization === '' ? token({ client_id: id, ...form }, {}) : token(form, auth);

/** RFC 6749 §4.1.3. */
export const redeem = <R extends Reply>(
  driver: Tokens<R>,
  client: Client,
  code: string,
  change: Readonly<Record<string, string>> = {},
): Promise<R> => send(driver, client, { grant_type: 'authorization_code', code, redirect_uri: callback, ...change });

/** RFC 6749 §6. */
export const refresh = <R extends Reply>(
  driver: Tokens<R>,
  client: Client,
  token: string,
  change: Readonly<Record<string, string>> = {},
): Promise<R> => send(driver, client, { grant_type: 'refresh_token', refresh_token: token, ...change });

/** Where the browser ended up. */
export interface Walked<R extends Reply> {
  /** The app that holds the browser. null: no app does. */
  readonly heldBy: Step | null;
  readonly reply: R;
  /** The URLs to which the apps sent the browser. */
  readonly returns: readonly string[];
}

/** One person with one browser. Reuse it to visit the server again with the same cookies. */
export class Journey<R extends Reply, Answers> {
  readonly browser: Browser<R>;
  readonly #driver: Driver<R, Answers>;

  constructor(driver: Driver<R, Answers>, browser = new Browser(driver.authorize)) {
    this.#driver = driver;
    this.browser = browser;
  }

  /** Sends the authorization request. Returns the login challenge. */
  async begin(url: string): Promise<string> {
    return challengeIn(await this.browser.visit(url), 'login_challenge');
  }

  /** Follows the flow from the authorization request as far as the apps let the browser go. */
  async walk(url: string, answers: Answers): Promise<Walked<R>> {
    const returns: string[] = [];
    let reply = await this.browser.visit(url);
    for (;;) {
      const step = steps.find((name) => findChallenge(reply, `${name}_challenge`) !== null);
      if (step === undefined) return { heldBy: null, reply, returns };
      const next = await this.#driver.answer(step, challengeIn(reply, `${step}_challenge`), answers);
      if (next === null) return { heldBy: step, reply, returns };
      returns.push(next);
      reply = await this.browser.visit(next);
    }
  }

  /** Goes through login and consent. Returns the reply that ends the flow. Throws if the server does not ask for both. */
  async run(url: string, answers: Answers): Promise<R> {
    const { reply, returns } = await this.walk(url, answers);
    const missing = steps[returns.length];
    if (missing !== undefined) challengeIn(reply, `${missing}_challenge`);
    return reply;
  }

  /** The code at the end of the flow. '' if there is none. */
  async code(url: string, answers: Answers): Promise<string> {
    const { location } = (await this.run(url, answers)).headers;
    return location === undefined ? '' : (new URL(String(location)).searchParams.get('code') ?? '');
  }
}
