// A real provider over memory stores behind both listeners, with a clock that only moves when told to.
import {
  createProvider,
  epochSeconds,
  type Provider,
  type ReportFailure,
  type Settings,
  type Stores,
  type System,
} from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import { nodeSystem } from '@claviger/core/node';
import { type AppOptions, buildApp, Metrics } from '@claviger/http';
import type { FastifyInstance } from 'fastify';
import type { Test } from 'tap';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The body as JSON, or undefined if it is not JSON. */
  readonly json: unknown;
}

export interface Sent {
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a urlencoded form. */
  readonly form?: Readonly<Record<string, string>>;
  /** Sent as it is. */
  readonly raw?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Send = (request: string, sent?: Sent) => Promise<Answer>;

export interface GivenServer {
  readonly provider: Provider;
  readonly stores: Stores;
  /** `send('GET /clients')`. */
  readonly admin: Send;
  readonly public: Send;
  readonly apps: { readonly admin: FastifyInstance; readonly public: FastifyInstance };
  readonly logged: string[];
  /** Moves the clock forward. */
  wait(seconds: number): void;
}

/** The time at which the clock of every test server starts. */
export const startOfTime = 1_500_000_000;

interface Options extends Partial<Omit<AppOptions, 'provider' | 'listener'>> {
  readonly settings?: Partial<Settings>;
  readonly stores?: Stores;
  readonly issuer?: string;
  readonly errorUrl?: string | null;
  /** Replaces members of Node's system. */
  readonly system?: Partial<System>;
  readonly reportFailure?: ReportFailure;
}

export const givenAServer = (
  t: Test,
  {
    settings = {},
    stores = memoryStores(),
    system = {},
    issuer = 'http://127.0.0.1:4444/',
    errorUrl = null,
    reportFailure = () => undefined,
    ...options
  }: Options = {},
): GivenServer => {
  let now = startOfTime;
  const provider = createProvider({
    issuer,
    stores,
    settings,
    reportFailure,
    ui: {
      loginUrl: 'http://ui.example/login',
      consentUrl: 'http://ui.example/consent',
      errorUrl,
      logoutRedirectUrl: 'http://ui.example/bye',
    },
    system: {
      ...nodeSystem({ systemSecret: 'a-secret-of-the-tests', clock: { now: () => epochSeconds(now) } }),
      ...system,
    },
  });
  const logged: string[] = [];
  const common = {
    provider,
    version: 'v-test',
    metrics: new Metrics(),
    logger: { level: 'info', stream: { write: (line: string) => void logged.push(line) } },
    ...options,
  };
  const apps = {
    admin: buildApp({ ...common, listener: 'admin' }),
    public: buildApp({ ...common, listener: 'public' }),
  };
  t.teardown(() => Promise.all([apps.admin.close(), apps.public.close()]));
  const wait = (seconds: number): void => {
    now += seconds;
  };
  return { provider, stores, apps, logged, wait, admin: sender(apps.admin), public: sender(apps.public) };
};

const sender =
  (app: FastifyInstance): Send =>
  async (request, { json, form, raw, headers = {} } = {}) => {
    const space = request.indexOf(' ');
    const method = request.slice(0, space) as 'GET';
    const [type, payload] =
      json !== undefined
        ? ['application/json', JSON.stringify(json)]
        : form
          ? ['application/x-www-form-urlencoded', new URLSearchParams(form).toString()]
          : [undefined, raw];
    const reply = await app.inject({
      method,
      url: request.slice(space + 1),
      headers: { ...(type ? { 'content-type': type } : {}), ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    return { status: reply.statusCode, headers: reply.headers, text: reply.body, json: parse(reply.body) };
  };

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const descriptions: Readonly<Record<string, string>> = {
  invalid_request:
    'The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.',
  request_forbidden: 'The request is not allowed.',
  server_error: 'The server encountered an unexpected error and could not complete the request.',
};

/** The exact body of an error of the admin API. */
export const adminError = (status: number, error: string, hint?: string) => ({
  error,
  error_description: descriptions[error],
  ...(hint === undefined ? {} : { error_hint: hint }),
  status_code: status,
});

export const notFoundBody = {
  error: 'Not Found',
  error_description: 'Unable to locate the requested resource',
  status_code: 404,
};

export const noSuchRowBody = { error: 'Unable to locate the resource', error_description: '', status_code: 404 };

export const duplicateBody = {
  error: 'Unable to insert or update resource because a resource with that value exists already',
  error_description: '',
  status_code: 409,
};
