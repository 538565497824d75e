// One authorization flow of the fuzz run, followed up to a given step.
import { begin, consent } from './cast.ts';
import { targetOf } from './request.ts';
import type { FuzzServer } from './server.ts';

export interface Visit {
  readonly url: string;
  readonly cookie: string;
}

export class Flow {
  readonly #server: FuzzServer;
  #cookies: readonly string[] = [];

  constructor(server: FuzzServer) {
    this.#server = server;
  }

  get cookie(): string {
    return this.#cookies.join('; ');
  }

  async #go(url: string): Promise<string> {
    const reply = await this.#server.send('public', 'GET', url, { cookie: this.cookie });
    this.#cookies = [
      ...this.#cookies,
      ...[reply.headers['set-cookie'] ?? []].flat().map((line) => String(line).split(';')[0] ?? ''),
    ];
    return String(reply.headers.location ?? `/${reply.status}`);
  }

  async loginChallenge(): Promise<string> {
    return parameterOf(await this.#go(targetOf(begin)), 'login_challenge');
  }

  async accepted(step: 'login' | 'consent', challenge: string, body: object): Promise<Visit> {
    const path = `/oauth2/auth/requests/${step}/${challenge}/accept`;
    const reply = await this.#server.send('admin', 'PUT', path, {}, JSON.stringify(body));
    if (reply.status !== 200) throw new Error(`The ${step} was not accepted: ${reply.status} ${reply.body}`);
    const { pathname, search } = new URL(JSON.parse(reply.body).redirect_to);
    return { url: `${pathname}${search}`, cookie: this.cookie };
  }

  async consentChallenge(): Promise<string> {
    const back = await this.accepted('login', await this.loginChallenge(), { subject: 'anna', remember: true });
    return parameterOf(await this.#go(back.url), 'consent_challenge');
  }

  async consented(): Promise<Visit> {
    return this.accepted('consent', await this.consentChallenge(), { ...consent, remember: true });
  }

  async code(): Promise<string> {
    return parameterOf(await this.#go((await this.consented()).url), 'code');
  }
}

const parameterOf = (url: string, name: string): string => new URL(url, 'http://any').searchParams.get(name) ?? '';
