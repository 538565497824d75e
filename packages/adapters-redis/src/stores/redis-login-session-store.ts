// LoginSessionStore: one key per session, with native expiry. Its text has two lines: the subject (JSON), and the rest
// (JSON, a list in fixed order).
import { type EpochSeconds, type Hashed, isPast, type LoginSession, type LoginSessionStore } from '@claviger/core';
import { type Connection, isText } from '../connection.ts';
import { type Keys, timeToLive } from '../keys.ts';
import { OwnerIndex } from '../owner-index.ts';
import { script } from '../script.ts';

const removeIfOf = script(
  'removeBySubject',
  String.raw`
-- KEYS: session. ARGV: the subject that it must have.
local session = redis.call('GET', KEYS[1])
if not session or session:match('^[^\n]*') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`,
);

export class RedisLoginSessionStore implements LoginSessionStore {
  readonly #connection: Connection;
  readonly #keys: Keys;
  readonly #index: OwnerIndex;

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
    this.#index = new OwnerIndex(connection, keys, 'sessions');
  }

  async save({ id, subject, authenticatedAt, expiresAt, acr }: LoginSession): Promise<void> {
    const text = [JSON.stringify(subject), JSON.stringify([authenticatedAt, expiresAt, acr ?? ''])].join('\n');
    const milliseconds = timeToLive(expiresAt, authenticatedAt);
    await this.#index.add(id, { subject }, expiresAt, authenticatedAt);
    await this.#connection.command('set', this.#keys.loginSession(id), text, 'PX', milliseconds);
  }

  async find(id: Hashed, now: EpochSeconds): Promise<LoginSession | undefined> {
    const text = await this.#connection.command('get', this.#keys.loginSession(id));
    if (!isText(text)) return undefined;
    const [subject = '', rest = ''] = text.split('\n');
    const [authenticatedAt, expiresAt, acr] = JSON.parse(rest);
    if (isPast(expiresAt, now)) return undefined;
    return { id, subject: JSON.parse(subject), authenticatedAt, expiresAt, acr: acr || null };
  }

  async remove(id: Hashed): Promise<boolean> {
    return (await this.#connection.command('del', this.#keys.loginSession(id))) !== 0;
  }

  async removeBySubject(subject: string): Promise<number> {
    const owner = [JSON.stringify(subject)];
    return this.#index.removeAll({ subject }, async (id) =>
      Number(await this.#connection.run(removeIfOf, [this.#keys.loginSession(id)], owner)),
    );
  }

  /** Redis removes expired sessions. */
  async removeExpired(): Promise<number> {
    return 0;
  }
}
