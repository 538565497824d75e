// Whole authorization flows of a client, a person and their browser. Each request may go to another node.
import type { Answer, Nodes } from './nodes.ts';

export interface Client {
  readonly id: string;
  readonly secret: string;
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
}

/** The flow failed, and the client has to start again. */
export class FlowEnded extends Error {
  override readonly name = 'FlowEnded';
}

const redirectUri = 'https://shop.example/cb';

export const registration = (id: string) => ({
  client_id: id,
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  response_types: ['code'],
  scope: 'openid offline photos.read',
});

export const json = (answer: Answer): Record<string, unknown> => JSON.parse(answer.text) as Record<string, unknown>;

export const admin = (nodes: Nodes, method: string, path: string, body?: object): Promise<Answer> =>
  nodes.send({
    listener: 'admin',
    path,
    init: { method, ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}) },
  });

/** Registered with a secret that the server generates. */
export const register = async (nodes: Nodes, id: string): Promise<Client> => {
  const answer = await admin(nodes, 'POST', '/clients', registration(id));
  if (answer.status !== 201) throw new Error(`${id} was not registered: ${answer.status} ${answer.text}`);
  return { id, secret: String(json(answer).client_secret) };
};

export const tokenRequest = (client: Client, fields: Readonly<Record<string, string>>) => ({
  listener: 'public' as const,
  path: '/oauth2/token',
  init: {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` },
    body: new URLSearchParams(fields),
  },
});

export const codeFields = (code: string) => ({ grant_type: 'authorization_code', code, redirect_uri: redirectUri });

export const refreshFields = (token: string) => ({ grant_type: 'refresh_token', refresh_token: token });

export const introspectRequest = (token: string) => ({
  listener: 'admin' as const,
  path: '/oauth2/introspect',
  init: { method: 'POST', body: new URLSearchParams({ token }) },
});

export const isActive = async (nodes: Nodes, token: string): Promise<boolean> =>
  json(await nodes.send(introspectRequest(token))).active === true;

/** A browser that sends its cookies to every node, because the nodes share a host name. */
export class RoamingBrowser {
  readonly #cookies = new Map<string, string>();
  readonly #nodes: Nodes;

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
  }

  /** Returns the target of the redirect. Throws FlowEnded if there is none or it carries an error. */
  async visit(path: string): Promise<URL> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.#nodes.send({ listener: 'public', path, init: { headers: { cookie } } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0\b/i.test(line) || value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location === null) throw new FlowEnded(`${answer.status} at ${path}: ${answer.text}`);
    const next = new URL(location);
    if (next.searchParams.has('error')) throw new FlowEnded(`sent back with ${next.search}`);
    return next;
  }

  async begin(client: Client): Promise<string> {
    const query = new URLSearchParams({
      client_id: client.id,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid offline photos.read',
      state: 'a-state-of-the-client',
      nonce: 'a-nonce-of-the-client',
    });
    const login = await this.visit(`/oauth2/auth?${query}`);
    return login.searchParams.get('login_challenge') ?? '';
  }

  /** Reads and answers a login or consent request, as apps do, and follows the redirect. */
  async answer(step: 'login' | 'consent', challenge: string, body: object): Promise<URL> {
    const path = `/oauth2/auth/requests/${step}/${challenge}`;
    const asked = await admin(this.#nodes, 'GET', path);
    if (asked.status !== 200) throw new FlowEnded(`${step} request: ${asked.status} ${asked.text}`);
    const accepted = await admin(this.#nodes, 'PUT', `${path}/accept`, body);
    if (accepted.status !== 200) throw new FlowEnded(`${step} answer: ${accepted.status} ${accepted.text}`);
    const { pathname, search } = new URL(String(json(accepted).redirect_to));
    return this.visit(`${pathname}${search}`);
  }

  /** Goes through login and consent. Returns the code. */
  async code(client: Client, subject: string, remember = false): Promise<string> {
    const consent = await this.answer('login', await this.begin(client), { subject, remember, remember_for: 3600 });
    const challenge = consent.searchParams.get('consent_challenge') ?? '';
    const scope = ['openid', 'offline', 'photos.read'];
    const callback = await this.answer('consent', challenge, { grant_scope: scope });
    return callback.searchParams.get('code') ?? '';
  }
}

export const redeem = async (nodes: Nodes, client: Client, code: string): Promise<Tokens> => {
  const answer = await nodes.send(tokenRequest(client, codeFields(code)));
  if (answer.status !== 200) throw new FlowEnded(`code: ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text) as Tokens;
};
