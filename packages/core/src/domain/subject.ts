// Subject identifiers (OpenID Connect Core §8): what a client is told to call a person.
import type { Client } from './client.ts';

/**
 * The sector that shares one pairwise identifier. As the 2018 API has it, so that identifiers stay what they were: the
 * whole sector_identifier_uri, else host and port of the only redirect URI. Undefined when neither is there.
 */
export const sectorOf = ({ metadata }: Client): string | undefined => {
  if (metadata.sectorIdentifierUri !== '') return metadata.sectorIdentifierUri;
  const [only, ...others] = metadata.redirectUris;
  return only === undefined || others.length > 0 ? undefined : new URL(only).host;
};

export const isPairwise = ({ metadata }: Client): boolean => metadata.subjectType === 'pairwise';
