// Rules of the authorization endpoint: must the person log in, and must the person consent?
import type { AuthorizationRequest } from '../../domain/authorization-request.ts';
import { coversClaims, requestedSubjects, requiredAcrValues } from '../../domain/claims-request.ts';
import { belongsToRegistration, type Client, isPublic } from '../../domain/client.ts';
import type { Consent } from '../../domain/consent.ts';
import type { LoginSession } from '../../domain/login-session.ts';
import { forcesLogin } from '../../domain/prompt.ts';
import { firstNotAllowed, type ScopeStrategy } from '../../domain/scope.ts';
import type { EpochSeconds } from '../../domain/time.ts';
import { oauthError } from '../../errors/oauth-error.ts';

/** OpenID Connect Core §3.1.2.1: with max_age=0 no session is fresh enough. */
const isFresh = (session: LoginSession, maxAge: number | null, now: EpochSeconds): boolean =>
  maxAge === null || (maxAge > 0 && session.authenticatedAt + maxAge >= now);

/**
 * Whether the request expects this person: by the id_token_hint (OpenID Connect Core §3.1.2.1), and by the claims
 * parameter (§5.5.1). Only the identifier that the client knows counts (§8): otherwise a pairwise client could find out
 * who somebody is.
 */
const isExpected = ({ idTokenHintSubject, context }: AuthorizationRequest, identifier: () => string): boolean => {
  const asked = requestedSubjects(context.claims);
  return (
    (idTokenHintSubject === null || idTokenHintSubject === identifier()) &&
    (asked.length === 0 || asked.includes(identifier()))
  );
};

/** OpenID Connect Core §5.5.1.1: without a suitable `acr` the person has to log in again. */
const reaches = (session: LoginSession, required: readonly string[]): boolean =>
  required.length === 0 || (session.acr !== null && required.includes(session.acr));

/** OpenID Connect Core §3.1.2.6. One error for every reason, so that it does not reveal who is logged in, or how. */
export const nobodySuitable = () =>
  oauthError('login_required', 'The prompt is "none", but the user is not logged in, or must log in again.');

/**
 * OpenID Connect Core §3.1.2.3. The session that authenticates the person, or null. With prompt=none the person is
 * compared with the hints later, by checkLoginAgainst: a client must not learn who is logged in before that person has
 * consented.
 */
export const sessionThatSkips = (
  request: AuthorizationRequest,
  session: LoginSession | undefined,
  identifierOf: (subject: string) => string,
  now: EpochSeconds,
): LoginSession | null => {
  const usable =
    session !== undefined &&
    !forcesLogin(request.prompt) &&
    isFresh(session, request.maxAge, now) &&
    reaches(session, requiredAcrValues(request.context.claims)) &&
    (request.prompt.includes('none') || isExpected(request, () => identifierOf(session.subject)));
  return usable ? session : null;
};

/**
 * RFC 8252 §8.6: a public client can be impersonated, so the person is asked for consent every time. An https redirect
 * URI is exempt, because only its owner can serve it.
 */
const mayRemember = (client: Client, redirectUri: string): boolean =>
  !isPublic(client) || redirectUri.startsWith('https://');

/** Whether a remembered consent may replace asking the person (OpenID Connect Core §3.1.2.1, prompt). */
export const mayRecallConsent = (request: AuthorizationRequest, client: Client): boolean =>
  !request.prompt.includes('consent') && mayRemember(client, request.redirectUri);

/** Whether a remembered consent, alone, covers every requested scope, audience and claim. Throws consent_required. */
export const consentSkips = (
  request: AuthorizationRequest,
  client: Client,
  remembered: readonly Consent[],
  strategy: ScopeStrategy,
): boolean => {
  const covered =
    mayRecallConsent(request, client) &&
    remembered.some(
      (consent) =>
        belongsToRegistration(consent, client, consent.requestedAt) &&
        firstNotAllowed(strategy, consent.grantedScope, request.scope) === undefined &&
        request.audience.every((wanted) => consent.grantedAudience.includes(wanted)) &&
        coversClaims(consent.request.oidcContext.claims, request.context.claims),
    );
  if (!covered && request.prompt.includes('none')) {
    throw oauthError('consent_required', 'The prompt is "none", but the user has not consented to this request yet.');
  }
  return covered;
};

/** Whether the right person has logged in (OpenID Connect Core §3.1.2.1, §5.5.1). Throws login_required. */
export const checkLoginAgainst = (request: AuthorizationRequest, subjectIdentifier: string): void => {
  if (isExpected(request, () => subjectIdentifier)) return;
  if (request.prompt.includes('none')) throw nobodySuitable();
  throw oauthError('login_required', 'The id_token_hint or the claims parameter names another user.');
};
