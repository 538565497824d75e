// The order of checks on a new authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.2):
//
//   stage      check                                       failure goes to
//   received   client, redirect URI (address-request.ts)   an error page: no address can be trusted yet
//   addressed  request object, repeated parameters,        the client's redirect URI
//              scope, registration, response type and
//              mode, state, PKCE, prompt, max_age, claims,
//              hint, audience
//
// The stage is the type: only an AddressedRequest has somewhere to redirect to.
import { requestedAudience } from '../../domain/audience.ts';
import type { AuthorizationRequest } from '../../domain/authorization-request.ts';
import { parseClaimsRequest, requestedAcrValues } from '../../domain/claims-request.ts';
import { allowsGrantType, isPublic } from '../../domain/client.ts';
import { isLoopbackUrl } from '../../domain/loopback.ts';
import { isS256Challenge } from '../../domain/pkce.ts';
import { parsePrompt } from '../../domain/prompt.ts';
import { chooseResponseMode } from '../../domain/response-mode.ts';
import { allowsResponseType, isSupportedResponseType, issuesOf } from '../../domain/response-type.ts';
import { firstNotAllowed, notAllowedHint, parseScope, readScope } from '../../domain/scope.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { Settings } from '../../settings.ts';
import type { AddressedRequest } from './address-request.ts';
import { nobodySuitable } from './next-step.ts';
import { checkParameterLengths } from './parameter-lengths.ts';
import type { IdTokenHint, VerifyIdTokenHint } from './verify-id-token-hint.ts';

type Check = (request: AddressedRequest, settings: Settings) => void;

const requestObjectRead: Check = ({ fault }) => {
  if (fault) throw fault;
};

const once: Check = ({ repeated }) => {
  const [name] = repeated;
  if (name !== undefined) throw oauthError('invalid_request', `The parameter "${name}" is given more than once.`);
};

const scopeAllowed: Check = ({ client, parameters }, { scopeStrategy }) => {
  const excess = firstNotAllowed(scopeStrategy, parseScope(client.metadata.scope), readScope(parameters.scope ?? ''));
  if (excess !== undefined) throw oauthError('invalid_scope', notAllowedHint(excess, client.metadata.scope));
};

/** RFC 9700 §2.6: no authorization response over plain HTTP, except to the person's own machine (RFC 8252 §7.3). */
const notOverPlainHttp: Check = ({ redirectUri }) => {
  if (/^http:/i.test(redirectUri) && !isLoopbackUrl(redirectUri)) {
    throw oauthError('invalid_request', 'The redirect_uri must be https: anyone on the way could read the answer.');
  }
};

/** OpenID Connect Core §3.1.2.6 and §7.2.1: what is not supported is said, never ignored. */
const noRegistration: Check = ({ parameters }) => {
  if (parameters.registration) throw oauthError('registration_not_supported');
};

const responseTypeAllowed: Check = ({ client, parameters: { response_type: type = '' } }) => {
  if (type === '') throw oauthError('unsupported_response_type', 'The parameter "response_type" is missing.');
  if (!allowsResponseType(client, type)) {
    throw oauthError('unsupported_response_type', `The client is not registered for the response type "${type}".`);
  }
  if (!isSupportedResponseType(type)) {
    throw oauthError('unsupported_response_type', `The server does not support the response type "${type}".`);
  }
};

const responseModeAllowed: Check = ({ parameters: { response_type: type = '', response_mode: mode = '' } }) => {
  if (chooseResponseMode(type, mode) === undefined) {
    throw oauthError('invalid_request', `The response mode "${mode}" cannot be used with the response type "${type}".`);
  }
};

/** RFC 6749 §4.1.2.1, §4.2: tokens in the authorization response are the implicit grant's, in hybrid flows too. */
const grantTypesAllowed: Check = ({ client, parameters: { response_type: type = '' } }) => {
  const { code, token, idToken } = issuesOf(type);
  const needed = [...(code ? ['authorization_code'] : []), ...(token || idToken ? ['implicit'] : [])];
  const missing = needed.find((grantType) => !allowsGrantType(client, grantType));
  if (missing !== undefined) {
    throw oauthError('unauthorized_client', `The client is not registered for the grant type ${missing}.`);
  }
};

/** OpenID Connect Core §3.2.2.1 and §3.3.2.11: an ID token in the response needs `openid` and a nonce. */
const idTokenPossible: Check = ({ parameters: { response_type: type = '', scope = '', nonce = '' } }) => {
  if (!issuesOf(type).idToken) return;
  if (!parseScope(scope).includes('openid')) {
    throw oauthError('invalid_scope', 'The response type asks for an ID token, so the scope must contain "openid".');
  }
  if (nonce === '') throw oauthError('invalid_request', 'The parameter "nonce" is missing.');
};

/** Half a surrogate pair has no form in UTF-8 (RFC 3629 §3), and some databases cannot store U+0000. */
const nonceStorable: Check = ({ parameters: { nonce = '' } }) => {
  if (/\0|\p{Surrogate}/u.test(nonce)) {
    throw oauthError('invalid_request', 'The parameter "nonce" holds U+0000 or half a surrogate pair.');
  }
};

const stateLongEnough: Check = ({ parameters: { state = '' } }, { minStateLength }) => {
  if (state.length < minStateLength) {
    throw oauthError('invalid_state', `The parameter "state" must have at least ${minStateLength} characters.`);
  }
};

/** RFC 9700 §2.1.1: PKCE for every public client, with S256 for everybody (RFC 7636 §4.2). */
const proofKey: Check = ({ client, parameters }, { requirePkce }) => {
  const {
    code_challenge: challenge = '',
    code_challenge_method: method = 'plain',
    response_type: type = '',
  } = parameters;
  if (challenge === '') {
    if (parameters.code_challenge_method)
      throw oauthError('invalid_request', 'The parameter "code_challenge" is missing.');
    if (requirePkce && isPublic(client) && issuesOf(type).code) {
      throw oauthError('invalid_request', 'A public client must send "code_challenge" (PKCE).');
    }
    return;
  }
  if (method !== 'S256') throw oauthError('invalid_request', 'The parameter "code_challenge_method" must be "S256".');
  if (!isS256Challenge(challenge)) throw oauthError('invalid_request', 'The parameter "code_challenge" is malformed.');
};

const checks: readonly Check[] = [
  requestObjectRead,
  once,
  ({ parameters }) => checkParameterLengths(parameters),
  notOverPlainHttp,
  scopeAllowed,
  noRegistration,
  responseTypeAllowed,
  responseModeAllowed,
  grantTypesAllowed,
  idTokenPossible,
  nonceStorable,
  stateLongEnough,
  proofKey,
];

/** OpenID Connect Core §3.1.2.1: whole seconds, not negative. */
const parseMaxAge = (text: string, otherwise: number | null): number | null => {
  if (text === '') return otherwise;
  if (!/^\d{1,10}$/.test(text))
    throw oauthError('invalid_request', 'The parameter "max_age" must be a number of seconds.');
  return Number(text);
};

const notRegistered = 'is not registered for the client.';

const words = (text: string | undefined): readonly string[] => (text ?? '').split(' ').filter((word) => word !== '');

/**
 * Once the key of a hint has been rotated out, nobody can say whom it names. The remembered login may be somebody else's, so
 * the person logs in again.
 */
const promptWith = (prompt: readonly string[], hint: IdTokenHint | null): readonly string[] => {
  if (hint?.outcome !== 'unverifiable') return prompt;
  if (prompt.includes('none')) throw nobodySuitable();
  return [...new Set([...prompt, 'login'])];
};

interface Deps {
  readonly settings: Settings;
  readonly verifyIdTokenHint: VerifyIdTokenHint;
}

/** Throws what the client is told. */
export const makeCheckRequest =
  ({ settings, verifyIdTokenHint }: Deps) =>
  async (request: AddressedRequest): Promise<AuthorizationRequest> => {
    for (const check of checks) check(request, settings);
    const { parameters } = request;
    const { metadata } = request.client;
    const responseType = parameters.response_type ?? '';
    const asked = parsePrompt(parameters.prompt ?? '');
    const maxAge = parseMaxAge(parameters.max_age ?? '', metadata.defaultMaxAge);
    const claims = parameters.claims ? parseClaimsRequest(parameters.claims) : undefined;
    const acrValues = [...new Set([...words(parameters.acr_values), ...requestedAcrValues(claims)])];
    const claimsLocales = words(parameters.claims_locales);
    const hint = parameters.id_token_hint ? await verifyIdTokenHint(parameters.id_token_hint) : null;
    const known = hint?.outcome === 'verified' ? hint : null;
    return {
      clientId: request.client.id,
      redirectUri: request.redirectUri,
      sentRedirectUri: parameters.redirect_uri ?? '',
      responseType,
      responseMode: chooseResponseMode(responseType, parameters.response_mode ?? '') ?? 'query',
      scope: parseScope(parameters.scope ?? ''),
      audience: requestedAudience(parameters, request.client.metadata.audience, notRegistered),
      state: parameters.state ?? '',
      nonce: parameters.nonce ?? '',
      prompt: promptWith(asked, hint),
      maxAge,
      codeChallenge: parameters.code_challenge ?? '',
      idTokenHintSubject: known?.subject ?? '',
      context: {
        acrValues: acrValues.length > 0 ? acrValues : metadata.defaultAcrValues,
        uiLocales: words(parameters.ui_locales),
        display: parameters.display ?? '',
        loginHint: parameters.login_hint ?? '',
        idTokenHintClaims: known?.claims ?? null,
        ...(claims ? { claims } : {}),
        ...(claimsLocales.length > 0 ? { claimsLocales } : {}),
      },
      url: request.url,
    };
  };
