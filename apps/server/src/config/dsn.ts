// Data source names: which store, and where. They may contain a password, so no message repeats them.
import type { Parse } from './parse.ts';

export type Dsn =
  /** A path, or `:memory:`. */
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly url: string }
  | { readonly kind: 'redis'; readonly url: string };

export const inMemory = ':memory:';

const sqlite = /^sqlite:(?!\/\/)(?<file>[^?#]+)$/;

/** One or several hosts, each with an optional port. Shown if the server cannot be reached. */
const hosts = String.raw`(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d+)?(?:,(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d+)?)*`;

const redis = new RegExp(String.raw`^rediss?(?:\+sentinel|\+cluster)?://(?:\S*@)?${hosts}(?:/[^\s?#@]*)?$`);

const isPostgres = (text: string): boolean => /^postgres(?:ql)?:\/\/[^\s#]+$/.test(text) && URL.canParse(text);

export const dsn: Parse<Dsn> = (text) => {
  const file = sqlite.exec(text)?.groups?.file;
  if (file !== undefined) return { ok: true, value: { kind: 'sqlite', file } };
  if (isPostgres(text)) return { ok: true, value: { kind: 'postgres', url: text } };
  if (redis.test(text)) return { ok: true, value: { kind: 'redis', url: text } };
  return { ok: false, right: rightFor(text) };
};

const rightFor = (text: string): string => {
  if (text.startsWith('sqlite:')) return 'sqlite:FILE, such as sqlite:claviger.db, or sqlite::memory:';
  if (text.startsWith('postgres')) {
    return 'postgres://USER:PASSWORD@HOST:PORT/DATABASE, with /, ?, #, % and @ in the password percent-encoded';
  }
  if (text.startsWith('redis')) {
    return 'redis://, rediss://, redis+sentinel:// or redis+cluster://, followed by USER:PASSWORD@HOST:PORT; several hosts are separated by commas';
  }
  return 'sqlite:FILE, such as sqlite:claviger.db, or sqlite::memory:, or begin with postgres:// or redis://';
};
