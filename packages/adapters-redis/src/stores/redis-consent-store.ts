// ConsentStore: one hash per subject, so that each query about a subject is one step. A separate index in other slots has
// the subjects that consented to a client. Its entry is written before the consent. A consent may never expire, so entries
// do not expire either. Instead, each new consent checks one old entry, and removes it if its consent no longer exists.
import {
  type Consent,
  type ConsentStore,
  completeConsent,
  type EpochSeconds,
  isRemembered,
  type Page,
  toStoredConsent,
} from '@claviger/core';
import { type Connection, textsOf } from '../connection.ts';
import { clockTolerance, digestOf, type Keys, longestTimeToLive } from '../keys.ts';
import type { Selection } from '../owner-index.ts';
import {
  enterSubject,
  forgetConsents,
  hasConsents,
  rememberConsent,
  settleSubject,
} from '../scripts/consent-scripts.ts';

export class RedisConsentStore implements ConsentStore {
  readonly #connection: Connection;
  readonly #keys: Keys;

  constructor(connection: Connection, keys: Keys) {
    this.#connection = connection;
    this.#keys = keys;
  }

  /** The id is that of a flow, which has one subject. So only this subject's consents can have the same id. */
  async remember(consent: Consent): Promise<void> {
    const { id, clientId, subject, requestedAt: now, expiresAt } = consent;
    const digest = digestOf(subject);
    const text = [expiresAt ?? '-', JSON.stringify(clientId), JSON.stringify(toStoredConsent(consent))].join('\n');
    const oldest = await this.#connection.run(enterSubject, [this.#keys.consenting(clientId, digest)], [digest]);
    await this.#connection.run(
      rememberConsent,
      [this.#keys.consents(digest)],
      [id, text, now - clockTolerance, longestTimeToLive],
    );
    if (oldest !== '') await this.#lookAt(clientId, String(oldest));
  }

  async findFor(clientId: string, subject: string, now: EpochSeconds): Promise<readonly Consent[]> {
    return (await this.#remembered(subject, now)).filter((consent) => consent.clientId === clientId);
  }

  async list(subject: string, { limit, offset }: Page, now: EpochSeconds): Promise<readonly Consent[]> {
    return (await this.#remembered(subject, now)).slice(offset, offset + limit);
  }

  async forget({ clientId, subject }: Selection): Promise<number> {
    if (subject !== undefined) return this.#forget(digestOf(subject), clientId);
    if (clientId === undefined) return 0;
    let forgotten = 0;
    for (const index of this.#keys.allConsenting(clientId)) {
      for await (const digests of this.#connection.members(index)) {
        const counts = await Promise.all(digests.map((digest) => this.#forget(digest, clientId)));
        forgotten += counts.reduce((sum, count) => sum + count, 0);
        await Promise.all(digests.map((digest) => this.#connection.run(settleSubject, [index], [digest, 0])));
      }
    }
    return forgotten;
  }

  /** Redis removes consents that expire. */
  async removeExpired(): Promise<number> {
    return 0;
  }

  async #forget(subjectDigest: string, clientId: string | undefined): Promise<number> {
    const client = clientId === undefined ? '' : JSON.stringify(clientId);
    return Number(await this.#connection.run(forgetConsents, [this.#keys.consents(subjectDigest)], [client]));
  }

  async #lookAt(clientId: string, subjectDigest: string): Promise<void> {
    const consents = this.#keys.consents(subjectDigest);
    const there = await this.#connection.run(hasConsents, [consents], [JSON.stringify(clientId)]);
    const index = this.#keys.consenting(clientId, subjectDigest);
    await this.#connection.run(settleSubject, [index], [subjectDigest, Number(there)]);
  }

  async #remembered(subject: string, now: EpochSeconds): Promise<readonly Consent[]> {
    const rows = textsOf(await this.#connection.command('hvals', this.#keys.consents(digestOf(subject))));
    return rows
      .map((row) => completeConsent(JSON.parse(row.split('\n')[2] ?? '')))
      .filter((consent) => isRemembered(consent, now))
      .sort(newestFirst);
  }
}

const newestFirst = (a: Consent, b: Consent): number =>
  b.requestedAt - a.requestedAt || Buffer.compare(Buffer.from(b.id), Buffer.from(a.id));
