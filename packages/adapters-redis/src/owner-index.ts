// Which records belong to a client or a subject. The entries lie in other slots than the records, so they cannot be written
// in one step with them. The order makes that safe:
// - The entry is written first, then the record: a crash in between leaves an entry that points nowhere, which is
//   harmless, and never a record that a removal by client or subject would miss.
// - An entry never goes before its record. It has a score, the moment until which records may rely on it; a record that is
//   to live longer is refused by its script (reply `index`) until the entry was extended.
// - A removal by entry asks the record itself whose it is, in the same step.
import { type EpochSeconds, epochSeconds } from '@claviger/core';
import type { Connection } from './connection.ts';
import { clockTolerance, type Indexed, type Keys, timeToLive } from './keys.ts';
import { script } from './script.ts';

const addEntry = script(
  'add entry',
  `
-- KEYS: index. ARGV: member, until when it is needed, before when entries are over, milliseconds to keep the index.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
redis.call('ZADD', KEYS[1], 'GT', ARGV[2], ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[4]) then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
`,
);

export interface Selection {
  readonly clientId?: string;
  readonly subject?: string;
}

/** What a script compares with the record's owners; '' for any, since every JSON text has two characters at least. */
export const ownersToMatch = (of: Selection): readonly [string, string] => [
  of.clientId === undefined ? '' : JSON.stringify(of.clientId),
  of.subject === undefined ? '' : JSON.stringify(of.subject),
];

export class OwnerIndex {
  readonly #connection: Connection;
  readonly #keys: Keys;
  readonly #what: Indexed;

  constructor(connection: Connection, keys: Keys, what: Indexed) {
    this.#connection = connection;
    this.#keys = keys;
    this.#what = what;
  }

  /** Resolves when the record may be written, to live until `until`. */
  async add(member: string, of: Selection, until: number, now: EpochSeconds): Promise<void> {
    const { clientId, subject } = of;
    const indexes = [
      ...(clientId === undefined ? [] : [this.#keys.ofClient(this.#what, clientId, member)]),
      ...(subject === undefined ? [] : [this.#keys.ofSubject(this.#what, subject)]),
    ];
    const args = [member, until, now - clockTolerance, timeToLive(until, now)];
    await Promise.all(indexes.map((index) => this.#connection.run(addEntry, [index], args)));
  }

  /** Calls `remove` for every record that may belong to the client, the subject, or both; adds up what it returns. */
  async removeAll(of: Selection, remove: (member: string) => Promise<number>): Promise<number> {
    let removed = 0;
    for (const index of this.#indexesOf(of)) {
      for await (const members of this.#connection.members(index)) {
        const counts = await Promise.all(members.map(remove));
        removed += counts.reduce((sum, count) => sum + count, 0);
      }
    }
    return removed;
  }

  #indexesOf({ clientId, subject }: Selection): readonly string[] {
    if (subject !== undefined) return [this.#keys.ofSubject(this.#what, subject)];
    return clientId === undefined ? [] : this.#keys.allOfClient(this.#what, clientId);
  }
}

/** Entries outlive what needs them by a quarter, so that a grant that is refreshed again and again extends them seldom. */
export const indexedUntil = (needed: number, now: EpochSeconds): EpochSeconds =>
  epochSeconds(needed + Math.ceil(Math.max(0, needed - now) / 4));
