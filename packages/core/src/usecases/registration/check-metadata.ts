// Checks metadata that a client registers for itself: first the rules for such clients, then the rules for every
// client. Errors have the codes of RFC 7591 §3.2.2.
import type { ClientMetadata, ProposedMetadata } from '../../domain/client.ts';
import { type SelfRegisteredMetadata, selfRegisteredMetadata } from '../../domain/self-registration.ts';
import { OAuthError } from '../../errors/oauth-error.ts';
import type { Settings } from '../../settings.ts';
import { acceptRegistration, type RegistrationDeps } from '../clients/accept-registration.ts';

export interface MetadataDeps extends RegistrationDeps {
  readonly settings: Settings;
}

const inCodesOfRegistration = (thrown: unknown): unknown =>
  thrown instanceof OAuthError && thrown.code === 'invalid_request'
    ? new OAuthError('invalid_client_metadata', { hint: thrown.hint, cause: thrown.cause })
    : thrown;

/** The metadata to store, with defaults. `current` is the client's present metadata, if any. */
export const checkMetadata = async (
  deps: MetadataDeps,
  sent: SelfRegisteredMetadata,
  current: ProposedMetadata,
): Promise<ClientMetadata> => {
  const { settings } = deps;
  try {
    const own = selfRegisteredMetadata(sent, current, {
      allowedScope: settings.registrationScope,
      defaultScope: settings.registrationDefaultScope,
      scopeStrategy: settings.scopeStrategy,
      open: settings.clientRegistration === 'open',
    });
    // Anonymous clients do not get the default of administrators' clients.
    const ownSettings = { ...settings, defaultClientScope: '' };
    return await acceptRegistration({ ...deps, settings: ownSettings }, { metadata: own });
  } catch (thrown) {
    throw inCodesOfRegistration(thrown);
  }
};
