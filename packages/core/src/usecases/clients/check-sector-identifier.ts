// The document behind sector_identifier_uri must list every redirect URI of the client (OpenID Connect Registration
// §5).
import type { ClientMetadata } from '../../domain/client.ts';
import { OAuthError, oauthError } from '../../errors/oauth-error.ts';
import type { RemoteDocuments } from '../../ports/remote-documents.ts';

/** Throws invalid_request. */
export const checkSectorIdentifier = async (remote: RemoteDocuments, metadata: ClientMetadata): Promise<void> => {
  const { sectorIdentifierUri, redirectUris } = metadata;
  if (sectorIdentifierUri === null) return;
  let listed: unknown;
  try {
    listed = JSON.parse(await remote.fetch(sectorIdentifierUri));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'The document is not JSON.' : String((cause as Error).message);
    throw new OAuthError('invalid_request', { hint: `sector_identifier_uri: ${reason}`, cause });
  }
  if (!Array.isArray(listed)) throw oauthError('invalid_request', 'sector_identifier_uri: The document is not a list.');
  const missing = redirectUris.find((uri) => !listed.includes(uri));
  if (missing !== undefined) {
    throw oauthError(
      'invalid_request',
      `sector_identifier_uri: The document does not list ${JSON.stringify(missing)}.`,
    );
  }
};
