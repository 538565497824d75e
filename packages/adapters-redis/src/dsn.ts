// Parses the URL of a Redis server:
//   redis://[user:password@]host[:port][/db]                              rediss:// the same over TLS
//   redis+sentinel://[user:password@]host[:port],host[:port]/master[/db]  rediss+sentinel:// the same over TLS
//   redis+cluster://[user:password@]host[:port],host[:port]               rediss+cluster:// the same over TLS
// Messages name the part that is wrong. They never repeat the password or the text around it.

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

interface Access {
  readonly tls: boolean;
  /** Absent for the default user. */
  readonly username?: string;
  readonly password?: string;
}

export type RedisTarget =
  | (Access & { readonly kind: 'single'; readonly node: HostAndPort; readonly db: number })
  | (Access & {
      readonly kind: 'sentinel';
      readonly sentinels: readonly HostAndPort[];
      readonly master: string;
      readonly db: number;
    })
  | (Access & { readonly kind: 'cluster'; readonly nodes: readonly HostAndPort[] });

/** The URL is invalid. */
export class RedisDsnError extends Error {
  override readonly name = 'RedisDsnError';
}

const schemes = /^(rediss?)(?:\+(sentinel|cluster))?$/;

export const parseRedisDsn = (dsn: string): RedisTarget => {
  const [, scheme = '', rest = ''] = /^([a-z+]+):\/\/(.*)$/s.exec(dsn) ?? [];
  const [isKnown, protocol, kind] = schemes.exec(scheme) ?? [];
  if (!isKnown) {
    throw new RedisDsnError(
      'A Redis DSN starts with redis://, rediss://, redis+sentinel://, rediss+sentinel://, redis+cluster:// or rediss+cluster://.',
    );
  }
  // The password may contain a raw `/`, `?` or `#`, so the last @ ends the credentials.
  const at = rest.lastIndexOf('@');
  const access = { tls: protocol === 'rediss', ...credentialsOf(rest.slice(0, Math.max(0, at))) };
  const [hosts = '', ...path] = rest.slice(at + 1).split('/');
  if (/[?#]/.test(rest.slice(at + 1))) throw new RedisDsnError('A Redis DSN has no query and no fragment.');
  const nodes = hosts.split(',').map((host) => hostAndPort(host, kind === 'sentinel' ? 26_379 : 6379));
  if (kind === 'sentinel') {
    const [master = '', ...db] = path;
    if (master === '') throw new RedisDsnError('The name of the master is missing: redis+sentinel://host:port/name.');
    return { kind, ...access, sentinels: nodes, master: decoded(master, 'name of the master'), db: database(db) };
  }
  if (kind === 'cluster') {
    if (database(path) !== 0) throw new RedisDsnError('Redis Cluster has database 0 only.');
    return { kind, ...access, nodes };
  }
  const [node, ...others] = nodes;
  if (!node || others.length > 0) {
    throw new RedisDsnError('Several hosts need redis+sentinel:// or redis+cluster://.');
  }
  return { kind: 'single', ...access, node, db: database(path) };
};

const credentialsOf = (text: string): Pick<Access, 'username' | 'password'> => {
  const colon = text.indexOf(':');
  if (text !== '' && colon < 0) {
    throw new RedisDsnError(
      'The credentials have no colon: they are user:password@, or :password@ for the default user.',
    );
  }
  const username = decoded(text.slice(0, Math.max(0, colon)), 'user name');
  const password = decoded(text.slice(colon + 1), 'password');
  return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
};

const decoded = (text: string, part: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RedisDsnError(`The ${part} is not percent-encoded: write a % in it as %25.`);
  }
};

const hostAndPort = (text: string, defaultPort: number): HostAndPort => {
  const [, inBrackets, name, digits] = /^(?:\[([\da-fA-F:.]+)\]|([^:[\]\s]+))(?::(\d+))?$/.exec(text) ?? [];
  const host = inBrackets ?? name;
  if (host === undefined)
    throw new RedisDsnError(`"${text}" is not a host with a port, such as redis.example.com:6379.`);
  const port = digits === undefined ? defaultPort : Number(digits);
  if (port < 1 || port > 65_535) throw new RedisDsnError(`${port} is not a valid port.`);
  return { host, port };
};

const database = (path: readonly string[]): number => {
  const [db = '', ...more] = path;
  if (more.length > 0 || !/^\d{0,5}$/.test(db)) {
    throw new RedisDsnError('The database is not a number: the path ends in /0, /1 and so on.');
  }
  return Number(db);
};
