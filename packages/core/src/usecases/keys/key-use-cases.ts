// Administers key sets. This node notices a change of the signing set immediately.
import type { DomainEvent, Origin } from '../../domain/event.ts';
import type { Jwk } from '../../domain/jwk.ts';
import { signingKeySet } from '../../domain/stored-key.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { KeyStore } from '../../ports/key-store.ts';
import type { KeyAlgorithm, System } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';
import { checkBothHalves } from './both-halves.ts';
import { importableKey } from './importable-key.ts';
import { makeKeyPair, type NamedKey } from './make-key-pair.ts';
import { makeShowKey, openKey, sealKey } from './sealed-key.ts';

export interface KeyUseCases {
  createKeys(command: CreateKeys, origin?: Origin): Promise<KeysResult>;
  /** Newest first. Empty when there is no such set. */
  getKeySet(set: string): Promise<readonly Jwk[]>;
  addKeys(set: string, keys: readonly Jwk[], origin?: Origin): Promise<KeysResult>;
  deleteKeySet(set: string, origin?: Origin): Promise<number>;
  getKey(set: string, kid: string): Promise<Jwk | undefined>;
  /** Saves the key under its own `kid`, replacing one that has it. */
  putKey(set: string, key: Jwk, origin?: Origin): Promise<Jwk>;
  deleteKey(set: string, kid: string, origin?: Origin): Promise<boolean>;
}

export interface CreateKeys {
  readonly set: string;
  readonly alg: KeyAlgorithm;
  /** The server generates one for ''. */
  readonly kid: string;
  /** Copied; '' for none. */
  readonly use: string;
}

export type KeysResult = { readonly outcome: 'added'; readonly keys: readonly Jwk[] } | { readonly outcome: 'exists' };

interface Deps {
  readonly keys: KeyStore;
  readonly events: EventSink | null;
  readonly system: System;
  readonly settings: Pick<Settings, 'showSigningKeys'>;
}

/** The size in the 2018 API; RFC 7518 §3.3 asks for at least 2048. */
const rsaBits = 4096;

export const makeKeyUseCases = (
  { keys, events, system, settings }: Deps,
  signingKeysChanged: () => void,
): KeyUseCases => {
  const { cipher, clock, keyOperations } = system;
  const showKey = makeShowKey(settings);

  const noticing = async <T>(set: string, change: Promise<T>): Promise<T> => {
    const result = await change;
    if (set === signingKeySet) signingKeysChanged();
    return result;
  };

  type KeyEvent = Extract<DomainEvent, { readonly set: string }>;

  /** Adds every key, or none if a kid is taken. */
  const addAll = async (
    type: KeyEvent['type'],
    set: string,
    added: readonly NamedKey[],
    origin: Origin | undefined,
  ): Promise<KeysResult> => {
    const createdAt = clock.now();
    const saved = await keys.add(added.map((jwk) => sealKey(cipher, jwk, { set, createdAt })));
    if (saved === 'exists') return { outcome: 'exists' };
    events?.record({ type, set, kids: added.map(({ kid }) => kid), origin });
    return { outcome: 'added', keys: added.map((jwk) => showKey(set, jwk)) };
  };

  const create = async ({ set, alg, kid, use }: CreateKeys, origin: Origin | undefined): Promise<KeysResult> =>
    addAll('JsonWebKeyCreated', set, await makeKeyPair(system, { alg, kid, use, rsaBits }), origin);

  const add = async (set: string, sent: readonly Jwk[], origin: Origin | undefined): Promise<KeysResult> => {
    const importable = await Promise.all(
      sent.map((jwk, index) => importableKey(keyOperations, set, jwk, `keys[${index}].`)),
    );
    if (new Set(importable.map(({ kid }) => kid)).size < importable.length) {
      throw oauthError('invalid_request', 'keys: two keys have the same kid.');
    }
    await checkBothHalves(keys, set, importable);
    return addAll('JsonWebKeyImported', set, importable, origin);
  };

  const put = async (set: string, sent: Jwk, origin: Origin | undefined): Promise<Jwk> => {
    const jwk = await importableKey(keyOperations, set, sent, '');
    await checkBothHalves(keys, set, [jwk]);
    await keys.put(sealKey(cipher, jwk, { set, createdAt: clock.now() }));
    events?.record({ type: 'JsonWebKeyImported', set, kids: [jwk.kid], origin });
    return showKey(set, jwk);
  };

  const deleted = (set: string, kids: readonly string[], origin: Origin | undefined): void =>
    events?.record({ type: 'JsonWebKeyDeleted', set, kids, origin });

  const removeSet = async (set: string, origin: Origin | undefined): Promise<number> => {
    const count = await keys.removeSet(set);
    if (count > 0) deleted(set, [], origin);
    return count;
  };

  const remove = async (set: string, kid: string, origin: Origin | undefined): Promise<boolean> => {
    const existed = await keys.remove(set, kid);
    if (existed) deleted(set, [kid], origin);
    return existed;
  };

  return {
    async getKeySet(set) {
      return (await keys.list(set)).map((stored) => showKey(set, openKey(cipher, stored)));
    },
    async getKey(set, kid) {
      const stored = await keys.find(set, kid);
      return stored && showKey(set, openKey(cipher, stored));
    },
    createKeys: (command, origin) => noticing(command.set, create(command, origin)),
    addKeys: (set, sent, origin) => noticing(set, add(set, sent, origin)),
    deleteKeySet: (set, origin) => noticing(set, removeSet(set, origin)),
    putKey: (set, sent, origin) => noticing(set, put(set, sent, origin)),
    deleteKey: (set, kid, origin) => noticing(set, remove(set, kid, origin)),
  };
};
