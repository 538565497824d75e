// The subject identifier that a client receives (OpenID Connect Core §8.1).
import type { Client } from '../domain/client.ts';
import { isPairwise, sectorOf } from '../domain/subject.ts';
import { oauthError } from '../errors/oauth-error.ts';
import type { Digest } from '../ports/system.ts';
import type { Settings } from '../settings.ts';

export type IdentifySubject = (client: Client, subject: string, forced: string | null) => string;

/**
 * The subject itself, or its pairwise identifier as the 2018 API computes it. `forced` is the identifier that the login
 * app sets for a pairwise client instead. Throws invalid_request if the client has no sector.
 */
export const makeIdentifySubject =
  ({ digest, settings }: { readonly digest: Digest; readonly settings: Settings }): IdentifySubject =>
  (client, subject, forced) => {
    if (!isPairwise(client)) return subject;
    if (!settings.subjectTypes.includes('pairwise')) {
      throw oauthError(
        'invalid_request',
        'The client is registered for pairwise subjects, which this server does not issue.',
      );
    }
    if (forced !== null) return forced;
    const sector = sectorOf(client);
    if (sector === undefined) {
      throw oauthError(
        'invalid_request',
        'The client is registered for pairwise subjects, so it needs a single redirect URI or a sector_identifier_uri.',
      );
    }
    return digest.sha256Hex(`${sector}${subject}${settings.pairwiseSalt ?? ''}`);
  };
