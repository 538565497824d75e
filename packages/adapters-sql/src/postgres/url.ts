// Parses a Postgres URL. Errors never repeat the password.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

export interface PostgresAddress {
  /** A host and port, or the path of a Unix socket. */
  readonly target: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly user: string;
  /** Undefined when the URL has none. */
  readonly password: string | undefined;
  readonly database: string;
  /** Undefined: not encrypted. */
  readonly tls: ConnectionOptions | undefined;
  /** False for a pooler that gives every statement another connection and knows no prepared statements. */
  readonly prepare: boolean;
  /** Settings of the session, such as `search_path` and `options`. */
  readonly session: Readonly<Record<string, string>>;
}

const known = [
  'host',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'prepare',
  'application_name',
  'options',
  'search_path',
];

/** Throws an error that lists all faults of the URL, but repeats none of its contents. */
export const parsePostgresUrl = (text: string): PostgresAddress => {
  // libpq's form for a Unix socket has no host: postgres://user@/database?host=/run/postgresql
  const whole = text.replace(/^(postgres(?:ql)?:\/\/[^/@]*@)\//, '$1localhost/');
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (!url || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    throw new Error('The Postgres URL must look like postgres://user:password@host:5432/database.');
  }
  const parameters = url.searchParams;
  const unknown = [...parameters.keys()].filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`The Postgres URL has unknown parameters: ${unknown.join(', ')}. Known are ${known.join(', ')}.`);
  }
  const host = parameters.get('host') ?? (decodeURIComponent(url.hostname).replace(/^\[|\]$/g, '') || 'localhost');
  const port = url.port === '' ? 5432 : Number(url.port);
  if (host.includes(',')) throw new Error('The Postgres URL must name one host.');
  const user = decodeURIComponent(url.username);
  const database = decodeURIComponent(url.pathname.slice(1)) || user;
  if (user === '' || database === '') throw new Error('The Postgres URL must name a user and a database.');
  const isSocket = host.startsWith('/');
  return {
    target: isSocket ? { path: `${host}/.s.PGSQL.${port}` } : { host, port },
    user,
    password: url.password === '' ? undefined : decodeURIComponent(url.password),
    database,
    tls: isSocket ? undefined : tlsOf(parameters, host),
    prepare: parameters.get('prepare') !== 'false',
    session: Object.fromEntries(
      ['application_name', 'options', 'search_path'].flatMap((name) => {
        const value = parameters.get(name);
        return value === null ? [] : [[name, value]];
      }),
    ),
  };
};

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host);

/** The modes of libpq that either encrypt or do not: `allow` and `prefer` would silently fall back to plain text. */
const tlsOf = (parameters: URLSearchParams, host: string): ConnectionOptions | undefined => {
  const mode = parameters.get('sslmode') ?? (isLoopback(host) ? 'disable' : 'require');
  if (mode === 'disable') return undefined;
  const file = (name: string): Buffer | undefined => {
    const path = parameters.get(name);
    return path === null || path === 'system' ? undefined : readFileSync(path);
  };
  const [ca, cert, key] = [file('sslrootcert'), file('sslcert'), file('sslkey')];
  const options: ConnectionOptions = {
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
  };
  if (mode === 'verify-full') return { ...options, rejectUnauthorized: true };
  // As in libpq: a root certificate in the URL implies that it must be verified.
  if (mode === 'verify-ca' || (mode === 'require' && ca)) {
    return { ...options, rejectUnauthorized: true, checkServerIdentity: () => undefined };
  }
  if (mode === 'require') return { ...options, rejectUnauthorized: false };
  throw new Error(`The Postgres URL's sslmode must be disable, require, verify-ca or verify-full, not ${mode}.`);
};
