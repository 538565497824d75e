// Subject identifiers (OpenID Connect Core §8): the names under which clients know a person.
import type { Client } from './client.ts';

/**
 * The sector, whose clients share one pairwise identifier. Same as in the 2018 API, so that identifiers do not change:
 * the whole sector_identifier_uri, or else host and port of the only redirect URI. Undefined if the client has neither.
 */
export const sectorOf = ({ metadata }: Client): string | undefined => {
  if (metadata.sectorIdentifierUri !== null) return metadata.sectorIdentifierUri;
  const [only, ...others] = metadata.redirectUris;
  return only === undefined || others.length > 0 ? undefined : new URL(only).host;
};

export const isPairwise = ({ metadata }: Client): boolean => metadata.subjectType === 'pairwise';
