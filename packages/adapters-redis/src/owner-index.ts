// Indexes of the records of a client or a subject. Entries and records are in different slots, so one step cannot write
// both. The order makes that safe:
// - The entry is written before the record. A crash in between leaves an entry without a record, which is harmless. It
//   never leaves a record that a removal by client or subject would miss.
// - An entry lives at least as long as its record. Its score is the time until which records may rely on it. The script of
//   a record that lives longer replies `index`, and the caller extends the entry first.
// - A removal by entry compares the owners in the record itself, in the same step.
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

/** The owners that a script compares with those of the record. '' stands for any: a JSON text is never empty. */
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

  /** Adds or extends the entries of a record that lives until `until`. Afterwards the record may be written. */
  async add(member: string, of: Selection, until: number, now: EpochSeconds): Promise<void> {
    const { clientId, subject } = of;
    const indexes = [
      ...(clientId === undefined ? [] : [this.#keys.ofClient(this.#what, clientId, member)]),
      ...(subject === undefined ? [] : [this.#keys.ofSubject(this.#what, subject)]),
    ];
    const args = [member, until, now - clockTolerance, timeToLive(until, now)];
    await Promise.all(indexes.map((index) => this.#connection.run(addEntry, [index], args)));
  }

  /** Calls `remove` for every record that may belong to the client, the subject, or both. Returns the sum of its results. */
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

/** Entries live a quarter longer than needed, so that a grant that is refreshed repeatedly rarely extends them. */
export const indexedUntil = (needed: number, now: EpochSeconds): EpochSeconds =>
  epochSeconds(needed + Math.ceil(Math.max(0, needed - now) / 4));
