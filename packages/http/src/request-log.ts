// One log line for each request. Paths and queries contain codes, tokens and challenges, and headers contain credentials
// and cookies, so the line has the pattern of the route and what the endpoint noted (see request-notes.ts).
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Provider } from '@claviger/core';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { reasonOf } from './failure-log.ts';
import { httpLogLines } from './log-lines.ts';
import { notesOf } from './request-notes.ts';
import { addressOf, type TrustedProxies } from './trusted-proxies.ts';

export interface LogOptions {
  readonly level: string;
  /** Where the JSON lines go. Default: standard output. */
  readonly stream?: { write(line: string): void };
}

export const loggerOptions = ({ level, stream }: LogOptions) => ({
  level,
  ...(stream ? { stream } : {}),
  formatters: { level: (label: string) => ({ level: label }) },
  // RFC 3339 §5.6.
  timestamp: () => `,"time":"${new Date().toISOString()}"`,
  serializers: {
    req: (request: FastifyRequest) => ({ method: request.method, route: routeOf(request) }),
    err: loggedError,
    res: (reply: { statusCode?: number }) => ({ status: reply.statusCode }),
  },
  // A second safeguard, in case code logs a raw request or reply.
  redact: ['*.headers.authorization', '*.headers["claviger-admin-key"]', '*.headers.cookie', '*.headers["set-cookie"]'],
});

/** The id from a trusted proxy, or else one that is unique across processes and restarts. */
export const requestIds = (proxies: TrustedProxies | null): ((request: IncomingMessage) => string) => {
  const start = randomBytes(5).toString('hex');
  let count = 0;
  const generateId = (): string => {
    count += 1;
    return `${start}-${count}`;
  };
  return proxies === null ? generateId : (request) => proxies.requestIdOf(request) ?? generateId();
};

/**
 * Logs only the listed members: errors of drivers and of the HTTP parser have others, such as the raw packet or the parameters
 * of a statement. Causes follow, each with its own stack.
 */
const loggedError = (error: unknown): { type: string; message: string; stack: string; code?: string } => {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error), stack: '' };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { type: error.name, message: reasonOf(error), ...code, stack: stackOf(error) };
};

const stackOf = (error: Error): string => {
  const stacks: string[] = [];
  for (let next: unknown = error; next instanceof Error && stacks.length < 5; next = next.cause) {
    stacks.push(next.stack ?? next.message);
  }
  return stacks.join('\ncaused by: ');
};

/** Fastify's own two lines per request are off: the one below says the same. */
export const logController = new LogController({ disableRequestLogging: true });

/** The pattern. The path itself may hold a challenge or a token, percent-encoded too. */
const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'unknown';

/** Balancers and monitors ask for these every few seconds. */
const isProbe = (route: string): boolean => route.startsWith('/health/') || route === '/metrics/prometheus';

/** RFC 6749 §1.3 and §1.5: codes and refresh tokens are credentials too. */
const credentialErrors: ReadonlySet<string> = new Set([
  'invalid_client',
  'invalid_grant',
  'invalid_token',
  'request_unauthorized',
]);

const levelOf = (status: number, error: string | undefined): 'info' | 'warn' =>
  status === 401 || status === 429 || (error !== undefined && credentialErrors.has(error)) ? 'warn' : 'info';

const ranks: Readonly<Record<string, number>> & Record<'info' | 'warn' | 'silent', number> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
  silent: Number.POSITIVE_INFINITY,
};

const mostOfId = 256;
const mostOfHint = 300;

/** JSON leaves out members that are undefined. */
const told = (text: string | undefined, most: number): string | undefined =>
  text === undefined || text === '' ? undefined : text.slice(0, most);

export interface RequestLogOptions {
  readonly listener: string;
  readonly provider: Pick<Provider, 'fingerprintSubject'>;
  readonly proxies: TrustedProxies | null;
}

/**
 * Replies carry the id in X-Request-Id. `always` is false where no proxy reads it and successful requests have no log line: then
 * only errors carry it, because a header costs some percent of a token request.
 */
const sendRequestIds = (app: FastifyInstance, always: boolean): void => {
  if (always) {
    app.addHook('onRequest', (request, reply, done) => {
      reply.header('x-request-id', request.id);
      done();
    });
    return;
  }
  app.addHook('onSend', (request, reply, _payload, done) => {
    if (reply.statusCode >= 400) reply.header('x-request-id', request.id);
    done();
  });
};

export const logRequests = (app: FastifyInstance, { listener, provider, proxies }: RequestLogOptions): void => {
  const wouldLog = (of: 'info' | 'warn'): boolean => ranks[of] >= (ranks[app.log.level] ?? ranks.silent);
  const subjectOf = (subject: string | undefined): string | undefined =>
    subject === undefined || subject === '' ? undefined : provider.fingerprintSubject(subject);

  const write = (request: FastifyRequest, reply: FastifyReply): void => {
    const { log } = request;
    const notes = notesOf(request);
    const error = notes?.error?.code;
    const atMost = levelOf(reply.statusCode, error);
    if (!wouldLog(atMost)) return;
    // After the check of the level: Fastify builds a request's `routeOptions` each time that they are read.
    const route = routeOf(request);
    const level = atMost === 'info' && isProbe(route) ? 'debug' : atMost;
    log[level](
      {
        requestId: request.id,
        listener,
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        address: addressOf(request),
        scheme: proxies?.schemeOf(request.raw),
        clientId: told(notes?.clientId, mostOfId),
        grantType: told(notes?.grantType, mostOfId),
        error,
        hint: told(notes?.error?.hint, mostOfHint),
        subject: subjectOf(notes?.subject),
      },
      httpLogLines.request.message,
    );
  };

  sendRequestIds(app, proxies !== null || wouldLog('info'));
  app.addHook('onResponse', (request, reply, done) => {
    write(request, reply);
    done();
  });
};
