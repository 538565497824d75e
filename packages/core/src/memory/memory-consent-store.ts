// The reference ConsentStore.
import { type Consent, isRemembered } from '../domain/consent.ts';
import type { EpochSeconds } from '../domain/time.ts';
import type { ConsentStore } from '../ports/consent-store.ts';
import type { Page } from '../ports/paging.ts';
import { byCodePoint } from './code-point-order.ts';
import { removeWhere } from './removal.ts';
import { type Selection, selects } from './selection.ts';

const newestFirst = (a: Consent, b: Consent): number => b.requestedAt - a.requestedAt || byCodePoint(b.id, a.id);

export class MemoryConsentStore implements ConsentStore {
  readonly #consents = new Map<string, Consent>();

  async remember(consent: Consent): Promise<void> {
    if (!this.#consents.has(consent.id)) this.#consents.set(consent.id, structuredClone(consent));
  }

  async findFor(clientId: string, subject: string, now: EpochSeconds): Promise<readonly Consent[]> {
    return structuredClone(this.#remembered({ clientId, subject }, now));
  }

  async list(subject: string, { limit, offset }: Page, now: EpochSeconds): Promise<readonly Consent[]> {
    return structuredClone(this.#remembered({ subject }, now).slice(offset, offset + limit));
  }

  async forget(of: Selection): Promise<number> {
    return removeWhere(this.#consents, (consent) => selects(of, consent));
  }

  async removeExpired(now: EpochSeconds, limit: number): Promise<number> {
    return removeWhere(this.#consents, (consent) => !isRemembered(consent, now), limit);
  }

  #remembered(of: Selection, now: EpochSeconds): Consent[] {
    return [...this.#consents.values()]
      .filter((consent) => selects(of, consent) && isRemembered(consent, now))
      .sort(newestFirst);
  }
}
