// A person with a browser, a client, and the login and consent apps between them, all over HTTP.
import type { Answer, GivenServer } from './given-a-server.ts';

export interface RegisteredClient {
  readonly id: string;
  readonly secret: string;
  /** HTTP Basic. */
  readonly auth: { readonly authorization: string };
}

export const callback = 'https://shop.example/cb';

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
});

/** Allowed whatever the protocol has, unless `change` says otherwise. */
export const givenAClient = async (
  { admin }: GivenServer,
  id = 'shop',
  change: Readonly<Record<string, unknown>> = {},
): Promise<RegisteredClient> => {
  const reply = await admin('POST /clients', {
    json: {
      client_id: id,
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials', 'implicit'],
      response_types: [
        ...['code', 'token', 'id_token', 'id_token token'],
        ...['code token', 'code id_token', 'code id_token token', 'none'],
      ],
      scope: 'openid offline offline_access photos.read photos.write',
      ...change,
    },
  });
  if (reply.status !== 201) throw new Error(`The client ${id} was not made: ${reply.text}`);
  // One that the server draws is checked by a fast hash, and most tests ask often.
  const { client_secret: secret = '' } = reply.json as { readonly client_secret?: string };
  return { id, secret, auth: basic(id, secret) };
};

type Body = Readonly<Record<string, unknown>>;

/** What an app answers; `hold`: nothing. */
export type AppAnswer = { readonly accept?: Body } | { readonly reject: Body } | 'hold';

export interface Steps {
  /** Changes of the authorization request; null leaves a parameter out. */
  readonly params?: Readonly<Record<string, string | null>>;
  readonly login?: AppAnswer;
  readonly consent?: AppAnswer;
}

export interface Outcome {
  /** Where the browser ended up. */
  readonly at: 'login' | 'consent' | 'client' | 'page';
  /** What the client was told, wherever it was written. */
  readonly told: Readonly<Record<string, string>>;
  readonly part: 'query' | 'fragment' | null;
  readonly url: string;
  /** What the apps were shown; undefined when the browser did not come there. */
  readonly login: Body | undefined;
  readonly consent: Body | undefined;
  /** Where the apps sent the browser. */
  readonly returns: readonly string[];
}

export const refusal = ({ json }: Answer): unknown => (json as { error?: unknown } | undefined)?.error;

export class Person {
  readonly cookies = new Map<string, string>();
  readonly #server: GivenServer;
  readonly #name: string;

  constructor(server: GivenServer, name = 'alice') {
    this.#server = server;
    this.#name = name;
  }

  async open(url: string): Promise<Answer> {
    const { pathname, search } = new URL(url, 'http://127.0.0.1:4444');
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await this.#server.public(`GET ${pathname}${search}`, { headers: cookie ? { cookie } : {} });
    for (const line of [reply.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(String(line)) ?? [];
      if (/Max-Age=0/.test(String(line))) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return reply;
  }

  /** As far as the apps let the browser come. */
  async authorize(
    client: { readonly id: string },
    { params = {}, login = {}, consent = {} }: Steps = {},
  ): Promise<Outcome> {
    const request = {
      client_id: client.id,
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid offline photos.read',
      state: 'state-1',
      nonce: 'nonce-1',
      ...params,
    };
    const given = Object.entries(request).filter((entry): entry is [string, string] => entry[1] !== null);
    const shown: { login?: Body; consent?: Body } = {};
    const returns: string[] = [];
    const answers = { login, consent };
    let url = `/oauth2/auth?${new URLSearchParams(given)}`;
    for (;;) {
      const reply = await this.open(url);
      const step = (['login', 'consent'] as const).find((name) => reply.headers.location && challengeOf(reply, name));
      if (step === undefined) return { ...endOf(reply), returns, login: shown.login, consent: shown.consent };
      const path = `/oauth2/auth/requests/${step}/${challengeOf(reply, step)}`;
      const pending = (await this.#server.admin(`GET ${path}`)).json as Body;
      shown[step] = pending;
      const answer = answers[step];
      if (answer === 'hold') return { ...endOf(reply), at: step, returns, login: shown.login, consent: shown.consent };
      const said = await this.#answer(path, step, answer, pending);
      if (said.status !== 200) throw new Error(`The answer of the ${step} app was refused: ${said.text}`);
      url = (said.json as { redirect_to: string }).redirect_to;
      returns.push(url);
    }
  }

  /** The tokens at the end of the way. */
  async tokens(client: RegisteredClient, steps: Steps = {}): Promise<Readonly<Record<string, string>>> {
    const { told } = await this.authorize(client, steps);
    const reply = await redeem(this.#server, client, told.code ?? '');
    if (reply.status !== 200) throw new Error(`The code was refused: ${reply.text}`);
    return reply.json as Record<string, string>;
  }

  #answer(path: string, step: 'login' | 'consent', answer: Exclude<AppAnswer, 'hold'>, pending: Body): Promise<Answer> {
    if ('reject' in answer) return this.#server.admin(`PUT ${path}/reject`, { json: answer.reject });
    const usual =
      step === 'login'
        ? { subject: pending.skip ? pending.subject : this.#name }
        : { grant_scope: pending.requested_scope };
    return this.#server.admin(`PUT ${path}/accept`, { json: { ...usual, ...answer.accept } });
  }
}

const challengeOf = ({ headers }: Answer, step: string): string =>
  new URL(String(headers.location), 'http://127.0.0.1').searchParams.get(`${step}_challenge`) ?? '';

const endOf = ({ headers }: Answer): Pick<Outcome, 'at' | 'told' | 'part' | 'url'> => {
  if (headers.location === undefined) return { at: 'page', told: {}, part: null, url: '' };
  const url = new URL(String(headers.location));
  const part = url.hash === '' ? 'query' : 'fragment';
  const told = Object.fromEntries(new URLSearchParams(part === 'query' ? url.search : url.hash.slice(1)));
  return { at: 'client', told, part, url: url.href };
};

export const redeem = (
  server: GivenServer,
  { id, auth }: RegisteredClient,
  code: string,
  change: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
  server.public('POST /oauth2/token', {
    form: {
      grant_type: 'authorization_code',
      code,
      redirect_uri: callback,
      ...(auth.authorization ? {} : { client_id: id }),
      ...change,
    },
    headers: auth.authorization ? auth : {},
  });

export const refresh = (
  server: GivenServer,
  { auth }: RegisteredClient,
  token: string,
  change: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
  server.public('POST /oauth2/token', {
    form: { grant_type: 'refresh_token', refresh_token: token, ...change },
    headers: auth,
  });

export const introspect = async (server: GivenServer, token: string, scope?: string): Promise<Body> =>
  (await server.admin('POST /oauth2/introspect', { form: { token, ...(scope === undefined ? {} : { scope }) } }))
    .json as Body;

export const isActive = async (server: GivenServer, token: string | undefined): Promise<unknown> =>
  (await introspect(server, token ?? '')).active;

export const claimsOf = (jwt: string | undefined): Body =>
  JSON.parse(Buffer.from((jwt ?? '').split('.')[1] ?? '', 'base64url').toString() || '{}');

/** The same client without a secret, as a public one speaks. */
export const withoutSecret = ({ id }: RegisteredClient): RegisteredClient => ({
  id,
  secret: '',
  auth: { authorization: '' },
});
