// Seals every value again that is not sealed with the newest system secret, so that older secrets can be removed. It
// can run while nodes serve requests, and can be stopped and repeated: each value is replaced only if it has not
// changed.
import type { Client } from '../../domain/client.ts';
import { type StoredKey, sealingContext } from '../../domain/stored-key.ts';
import type { ClientStore } from '../../ports/client-store.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { KeyStore } from '../../ports/key-store.ts';
import type { Cipher } from '../../ports/system.ts';
import { resealSecret } from '../clients/client-secret.ts';

export interface ResealResult {
  /** How many were sealed again. */
  readonly keys: number;
  readonly clients: number;
  /** Names of the values that no system secret opens. */
  readonly unreadable: readonly string[];
}

interface Deps {
  readonly keys: KeyStore;
  readonly clients: ClientStore;
  readonly cipher: Cipher;
  readonly events: EventSink | null;
}

const pageSize = 100;

/** Each failure means that somebody else changed the client. The client is then read again. */
const attempts = 20;

export const makeReseal = ({ keys, clients, cipher, events }: Deps) => {
  const resealKeys = async (unreadable: Set<string>): Promise<number> => {
    let resealed = 0;
    for (const key of await keys.listAll()) {
      const sealedJwk = orUnreadable(unreadable, `key ${key.kid} of set ${key.set}`, () => sealAgain(cipher, key));
      if (sealedJwk && (await replaceSealed(keys, key, sealedJwk))) resealed += 1;
    }
    return resealed;
  };

  const resealClient = async (found: Client, unreadable: Set<string>): Promise<boolean> => {
    let client: Client | undefined = found;
    for (let attempt = 0; client && attempt < attempts; attempt += 1) {
      const { id, version } = client;
      const current = client;
      const resealed = orUnreadable(unreadable, `secret of client ${id}`, () => resealSecret(cipher, current));
      if (!resealed) return false;
      if ((await clients.replace(resealed, version)) === 'replaced') return true;
      client = await clients.find(id);
    }
    return false;
  };

  const resealClients = async (unreadable: Set<string>): Promise<number> => {
    let resealed = 0;
    for (let offset = 0; ; offset += pageSize) {
      const page = await clients.list({ limit: pageSize, offset });
      for (const client of page) if (await resealClient(client, unreadable)) resealed += 1;
      if (page.length < pageSize) return resealed;
    }
  };

  return async (): Promise<ResealResult> => {
    const unreadable = new Set<string>();
    const total = { keys: 0, clients: 0 };
    // A concurrent deletion can move a client to a page that was already read. Passes repeat until one finds nothing.
    for (let pass = 0; pass < attempts; pass += 1) {
      const done = { keys: await resealKeys(unreadable), clients: await resealClients(unreadable) };
      total.keys += done.keys;
      total.clients += done.clients;
      if (done.keys + done.clients === 0) break;
    }
    if (total.keys + total.clients > 0) events?.record({ type: 'SecretsResealed', ...total });
    return { ...total, unreadable: [...unreadable] };
  };
};

/** Returns the key sealed with the newest system secret, or null if it already is. Throws if no secret opens it. */
const sealAgain = (cipher: Cipher, { set, kid, sealedJwk }: StoredKey): string | null =>
  cipher.reseal(sealedJwk, sealingContext(set, kid));

/** Returns false if the key was removed or replaced in the meantime; the other node sealed it with its newest secret. */
const replaceSealed = async (keys: KeyStore, key: StoredKey, sealedJwk: string): Promise<boolean> =>
  (await keys.replaceSealed({ ...key, sealedJwk }, key.sealedJwk)) === 'replaced';

/** For keys that were read and opened: seals those again that an older system secret sealed. */
export const resealReadKeys = async (
  { keys, cipher }: Pick<Deps, 'keys' | 'cipher'>,
  read: readonly StoredKey[],
): Promise<void> => {
  for (const key of read) {
    const sealedJwk = sealAgain(cipher, key);
    if (sealedJwk) await replaceSealed(keys, key, sealedJwk);
  }
};

const orUnreadable = <T>(unreadable: Set<string>, what: string, reseal: () => T | null): T | null => {
  try {
    return reseal();
  } catch {
    unreadable.add(what);
    return null;
  }
};
