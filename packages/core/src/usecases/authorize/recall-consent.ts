// Looks for a remembered consent, so that the person need not be asked.
import type { AuthorizationRequest } from '../../domain/authorization-request.ts';
import type { Client } from '../../domain/client.ts';
import type { EpochSeconds } from '../../domain/time.ts';
import type { ConsentStore } from '../../ports/consent-store.ts';
import type { Settings } from '../../settings.ts';
import { consentSkips, mayRecallConsent } from './login-and-consent-rules.ts';

interface Deps {
  readonly consents: ConsentStore;
  readonly settings: Pick<Settings, 'scopeStrategy'>;
}

/** Whether the consent page may be skipped. Throws consent_required. */
export type RecallConsent = (
  request: AuthorizationRequest,
  client: Client,
  subject: string,
  now: EpochSeconds,
) => Promise<boolean>;

export const makeRecallConsent =
  ({ consents, settings }: Deps): RecallConsent =>
  async (request, client, subject, now) => {
    const remembered = mayRecallConsent(request, client) ? await consents.findFor(request.clientId, subject, now) : [];
    return consentSkips(request, client, remembered, settings.scopeStrategy);
  };
