// What is logged of requests: one line each. Queries carry codes and tokens, headers carry credentials and cookies, and
// a challenge lets its holder answer for a person: none of them is logged.
import { randomBytes } from 'node:crypto';
import { type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import { reasonOf } from './failure-log.ts';

export interface LogOptions {
  readonly level: string;
  /** Where the JSON lines go. Default: standard output. */
  readonly stream?: { write(line: string): void };
}

export const loggerOptions = ({ level, stream }: LogOptions) => ({
  level,
  ...(stream ? { stream } : {}),
  serializers: {
    req: (request: FastifyRequest) => ({ method: request.method, path: loggedPath(request) }),
    err: loggedError,
    res: (reply: { statusCode?: number }) => ({ status: reply.statusCode }),
  },
  // A second safeguard, in case code logs a raw request or reply.
  redact: ['*.headers.authorization', '*.headers.cookie', '*.headers["set-cookie"]'],
});

/** Unique across processes and restarts, at the price of one addition. */
export const requestIds = (): (() => string) => {
  const start = randomBytes(5).toString('hex');
  let count = 0;
  return () => {
    count += 1;
    return `${start}-${count}`;
  };
};

/**
 * Only what is listed: errors of drivers and of the HTTP parser carry members such as the raw packet or the parameters
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

/** Levels at which the line would not be written. */
const quieter: ReadonlySet<string> = new Set(['warn', 'error', 'fatal', 'silent']);

export const logRequests = (app: FastifyInstance): void => {
  app.addHook('onResponse', (request, reply, done) => {
    if (quieter.has(request.log.level)) {
      done();
      return;
    }
    const { method, ip, id: requestId } = request;
    const ms = Math.round(reply.elapsedTime);
    const line = { method, path: loggedPath(request), status: reply.statusCode, ms, ip, requestId };
    request.log.info(line, 'request');
    done();
  });
};

const loggedPath = (request: FastifyRequest): string | undefined => {
  const path = request.raw?.url?.split('?', 1)[0];
  // By the text, not the route: a path that no route takes may hold a challenge too.
  return path?.replace(/(requests\/+(?:login|consent)\/+)[^/]+/i, '$1:challenge');
};
