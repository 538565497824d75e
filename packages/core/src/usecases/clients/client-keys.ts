// The public keys that a client registered: by value (jwks), or by reference (jwks_uri), fetched and kept for a while.
import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose';
import type { Client } from '../../domain/client.ts';
import { type EpochSeconds, seconds } from '../../domain/time.ts';
import type { RemoteDocuments } from '../../ports/remote-documents.ts';
import type { Clock } from '../../ports/system.ts';

/**
 * Finds the key that a signature of the client names, in the form that jose's verifiers take. Rejects when there is
 * none.
 */
export type KeyFinder = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey>;

/** A key set is fetched again when it is older than this … */
const longestAge = seconds(300);
/** … or when it lacks the requested key, but not more often than this: a forged `kid` must not cause many fetches. */
const shortestAge = seconds(10);
const mostKept = 1000;

/** The maximum for all cached documents together, so that registered clients cannot fill the memory with their keys. */
const mostCharacters = 8 * 1024 * 1024;

/**
 * If a key set cannot be fetched, the cached keys stay in use up to this age. The fetch is retried at the same rate.
 */
const longestOutage = seconds(3600);

interface Fetched {
  readonly at: EpochSeconds;
  readonly tried: EpochSeconds;
  readonly find: KeyFinder;
  /** Characters of the document. */
  readonly length: number;
}

interface Kept {
  readonly fetching: Promise<Fetched>;
  /** 0 until the document has arrived. */
  length: number;
}

const asKeySet = (text: string): JSONWebKeySet => {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null || !('keys' in parsed) || !Array.isArray(parsed.keys)) {
    throw new TypeError('The document is not a JSON Web Key Set.');
  }
  return { keys: parsed.keys };
};

interface Deps {
  readonly clock: Clock;
  readonly remoteDocuments: RemoteDocuments;
}

export const makeClientKeys = ({ clock, remoteDocuments }: Deps): ((client: Client) => KeyFinder) => {
  const kept = new Map<string, Kept>();

  const fetchKeys = async (uri: string, clientId: string): Promise<Fetched> => {
    const text = await remoteDocuments.fetch(uri, clientId);
    return { at: clock.now(), tried: clock.now(), find: createLocalJWKSet(asKeySet(text)), length: text.length };
  };

  /** Removes the oldest first. */
  const makeRoom = (): void => {
    let characters = [...kept.values()].reduce((sum, { length }) => sum + length, 0);
    for (const [uri, { length }] of kept) {
      if (kept.size <= mostKept && characters <= mostCharacters) return;
      kept.delete(uri);
      characters -= length;
    }
  };

  const fetchAndKeep = (uri: string, clientId: string, previous?: Fetched): Promise<Fetched> => {
    const fetching = fetchKeys(uri, clientId).catch((error: unknown) => {
      if (!previous || clock.now() - previous.at >= longestOutage) throw error;
      return { ...previous, tried: clock.now() };
    });
    const entry: Kept = { fetching, length: previous?.length ?? 0 };
    kept.delete(uri);
    kept.set(uri, entry);
    makeRoom();
    const arrived = ({ length }: Fetched): void => {
      entry.length = length;
      makeRoom();
    };
    fetching.then(arrived, () => kept.get(uri) === entry && kept.delete(uri));
    return fetching;
  };

  const current = async (uri: string, clientId: string, age: number): Promise<Fetched> => {
    const known = kept.get(uri);
    if (!known) return fetchAndKeep(uri, clientId);
    const fetched = await known.fetching;
    return clock.now() - fetched.tried < age ? fetched : fetchAndKeep(uri, clientId, fetched);
  };

  return ({ id, metadata: { jwks, jwksUri } }) => {
    if (jwks) return createLocalJWKSet({ keys: jwks.keys.map((key) => ({ ...key })) });
    return async (header, token) => {
      if (jwksUri === null) throw new errors.JWKSNoMatchingKey();
      const { find } = await current(jwksUri, id, longestAge);
      try {
        return await find(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        return (await current(jwksUri, id, shortestAge)).find(header, token);
      }
    };
  };
};
