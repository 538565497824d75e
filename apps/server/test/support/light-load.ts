// A light load on a server whose stores fail and recover: token requests, and introspections of the received tokens.
// Records the answers, so that a test can check them.
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestServer } from './start-server.ts';

export interface Answered {
  readonly kind: 'token' | 'introspection';
  readonly status: number;
  /** OAuth error, '' for none. */
  readonly error: string;
  readonly retryAfter: string | null;
  /** When the request was sent and how long its answer took, in milliseconds. */
  readonly at: number;
  readonly took: number;
}

const askers = 4;

/** Milliseconds between an answer and the next request of the same caller. */
const pause = 10;

export class LightLoad {
  readonly answers: Answered[] = [];
  /** Every token that a client received. */
  readonly tokens: string[] = [];
  /** Received tokens that were reported as inactive. */
  readonly denied: string[] = [];
  readonly #server: TestServer;
  readonly #authorization: string;
  readonly #ended: Promise<unknown>;
  #stopping = false;

  private constructor(server: TestServer, secret: string) {
    this.#server = server;
    this.#authorization = `Basic ${btoa(`load:${secret}`)}`;
    this.#ended = Promise.all(Array.from({ length: askers }, () => this.#ask()));
  }

  static async start(server: TestServer): Promise<LightLoad> {
    const reply = await fetch(`${server.adminUrl}/clients`, {
      method: 'POST',
      body: JSON.stringify({ client_id: 'load', grant_types: ['client_credentials'], scope: 'a' }),
    });
    const { client_secret: secret } = (await reply.json()) as { client_secret: string };
    return new LightLoad(server, secret);
  }

  /** Rejects if a request got no answer. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#ended;
  }

  async isActive(token: string): Promise<boolean> {
    const { body } = await this.#introspect(token);
    return body.active === true;
  }

  async #ask(): Promise<void> {
    while (!this.#stopping) {
      await this.#askForToken();
      const known = this.tokens[Math.floor(Math.random() * this.tokens.length)];
      if (known !== undefined) {
        const { status, body } = await this.#introspect(known);
        if (status === 200 && body.active !== true) this.denied.push(known);
      }
      await sleep(pause);
    }
  }

  async #askForToken(): Promise<void> {
    const { status, body } = await this.#send('token', `${this.#server.publicUrl}/oauth2/token`, {
      headers: { authorization: this.#authorization },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'a' }),
    });
    if (status === 200) this.tokens.push(String(body.access_token));
  }

  #introspect(token: string) {
    const url = `${this.#server.adminUrl}/oauth2/introspect`;
    return this.#send('introspection', url, { body: new URLSearchParams({ token }) });
  }

  async #send(kind: Answered['kind'], url: string, init: RequestInit) {
    const at = performance.now();
    const reply = await fetch(url, { method: 'POST', ...init });
    const body = (await reply.json()) as Record<string, unknown>;
    const { status } = reply;
    const error = typeof body.error === 'string' ? body.error : '';
    const took = performance.now() - at;
    this.answers.push({ kind, status, error, retryAfter: reply.headers.get('retry-after'), at, took });
    return { status, body };
  }
}
