// Every check on an authorization request whose client and redirect URI are known (see address-request.ts for those),
// in order. A failure is sent to the client's redirect URI.
import { requestedAudience } from '../../domain/audience.ts';
import { type ClaimsRequest, parseClaimsRequest } from '../../domain/claims-request.ts';
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
import { nobodySuitable } from './login-and-consent-rules.ts';
import { checkParameterLengths } from './request-lengths.ts';
import type { IdTokenHint, VerifyIdTokenHint } from './verify-id-token-hint.ts';

/** The part of a request that depends on the client's registration. */
export type RegisteredPart = Pick<AddressedRequest, 'client' | 'parameters'>;

export interface CheckDeps {
  readonly settings: Settings;
  readonly verifyIdTokenHint: VerifyIdTokenHint;
}

/** The values that the checks read. */
export interface ReadValues {
  prompt: readonly string[];
  maxAge: number | null;
  claims: ClaimsRequest | undefined;
  hint: IdTokenHint | null;
  audience: readonly string[];
}

/** Throws the error that the client receives. Returns a promise only if it has to wait. */
type Check = (request: AddressedRequest, deps: CheckDeps, read: ReadValues) => Promise<void> | undefined;

type RegistrationCheck = (request: RegisteredPart, deps: Pick<CheckDeps, 'settings'>) => undefined;

interface Row<Checked> {
  readonly name: string;
  readonly check: Checked;
  /** The rule that is enforced. */
  readonly source: string;
}

const requestObjectRead: Check = ({ fault }) => {
  if (fault) throw fault;
};

const once: Check = ({ repeated }) => {
  const [name] = repeated;
  if (name !== undefined) throw oauthError('invalid_request', `The parameter "${name}" is given more than once.`);
};

const scopeAllowed: RegistrationCheck = ({ client, parameters }, { settings: { scopeStrategy } }) => {
  const excess = firstNotAllowed(scopeStrategy, parseScope(client.metadata.scope), readScope(parameters.scope ?? ''));
  if (excess !== undefined) throw oauthError('invalid_scope', notAllowedHint(excess, client.metadata.scope));
};

/** The person's own machine is exempt (RFC 8252 §7.3). */
const notOverPlainHttp: Check = ({ redirectUri }) => {
  if (/^http:/i.test(redirectUri) && !isLoopbackUrl(redirectUri)) {
    throw oauthError(
      'invalid_request',
      'The redirect_uri must use https, because anyone on the network could read a response sent over http.',
    );
  }
};

const noRegistration: Check = ({ parameters }) => {
  if (parameters.registration) throw oauthError('registration_not_supported');
};

const responseTypeAllowed: RegistrationCheck = ({ client, parameters: { response_type: type = '' } }) => {
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

/** Tokens in the authorization response belong to the implicit grant, in hybrid flows too. */
const grantTypesAllowed: Check = ({ client, parameters: { response_type: type = '' } }) => {
  const { code, token, idToken } = issuesOf(type);
  const needed = [...(code ? ['authorization_code'] : []), ...(token || idToken ? ['implicit'] : [])];
  const missing = needed.find((grantType) => !allowsGrantType(client, grantType));
  if (missing !== undefined) {
    throw oauthError('unauthorized_client', `The client is not registered for the grant type ${missing}.`);
  }
};

/** An ID token in the response needs the scope `openid` and a nonce. */
const idTokenPossible: Check = ({ parameters: { response_type: type = '', scope = '', nonce = '' } }) => {
  if (!issuesOf(type).idToken) return;
  if (!parseScope(scope).includes('openid')) {
    throw oauthError('invalid_scope', 'The response type includes an ID token, so the scope must contain "openid".');
  }
  if (nonce === '') throw oauthError('invalid_request', 'The parameter "nonce" is missing.');
};

/** Some databases cannot store U+0000. */
const nonceStorable: Check = ({ parameters: { nonce = '' } }) => {
  if (/\0|\p{Surrogate}/u.test(nonce)) {
    throw oauthError('invalid_request', 'The parameter "nonce" contains U+0000 or an unpaired surrogate.');
  }
};

const stateLongEnough: Check = ({ parameters: { state = '' } }, { settings: { minStateLength } }) => {
  if (state.length < minStateLength) {
    throw oauthError('invalid_state', `The parameter "state" must have at least ${minStateLength} characters.`);
  }
};

/** Public clients must use PKCE, and every client that does must use S256. */
const proofKey: Check = ({ client, parameters }, { settings: { requirePkce } }) => {
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

const promptDefined: Check = ({ parameters }, _, read) => {
  read.prompt = parsePrompt(parameters.prompt ?? '');
};

/** Whole seconds, not negative. */
const maxAgeNumeric: Check = ({ parameters: { max_age: text = '' }, client }, _, read) => {
  if (text !== '' && !/^\d{1,10}$/.test(text)) {
    throw oauthError('invalid_request', 'The parameter "max_age" must be a number of seconds.');
  }
  read.maxAge = text === '' ? client.metadata.defaultMaxAge : Number(text);
};

const claimsWellFormed: Check = ({ parameters: { claims } }, _, read) => {
  if (claims) read.claims = parseClaimsRequest(claims);
};

const audienceAllowed: Check = ({ client, parameters }, _, read) => {
  read.audience = requestedAudience(parameters, client.metadata.audience, 'is not registered for the client.');
};

/** Only the check of a hint is asynchronous. */
const hintValid: Check = ({ parameters: { id_token_hint: hint } }, { verifyIdTokenHint }, read) =>
  hint ? verifyIdTokenHint(hint).then((verdict) => acceptHint(verdict, read)) : undefined;

/**
 * Once the key of a hint has been rotated out, the server cannot tell whom the hint names. The remembered login may
 * belong to another person, so the person logs in again.
 */
const acceptHint = (hint: IdTokenHint, read: ReadValues): void => {
  read.hint = hint;
  if (hint.outcome !== 'unverifiable') return;
  if (read.prompt.includes('none')) throw nobodySuitable();
  read.prompt = [...new Set([...read.prompt, 'login'])];
};

const scopeCheck: Row<RegistrationCheck> = { name: 'scope', check: scopeAllowed, source: 'RFC 6749 §3.3' };

const responseTypeCheck: Row<RegistrationCheck> = {
  name: 'response type',
  check: responseTypeAllowed,
  source: 'RFC 6749 §3.1.1, RFC 7591 §2',
};

export const requestChecks: readonly Row<Check>[] = [
  { name: 'request object', check: requestObjectRead, source: 'OpenID Connect Core §6, RFC 9101 §6' },
  { name: 'parameters once', check: once, source: 'RFC 6749 §3.1' },
  {
    name: 'parameter lengths',
    check: ({ parameters }) => {
      checkParameterLengths(parameters);
    },
    source: 'our own limit: each is kept until the flow expires',
  },
  { name: 'redirect URI not plain http', check: notOverPlainHttp, source: 'RFC 9700 §2.6' },
  scopeCheck,
  { name: 'no registration', check: noRegistration, source: 'OpenID Connect Core §3.1.2.6, §7.2.1' },
  responseTypeCheck,
  { name: 'response mode', check: responseModeAllowed, source: 'OAuth 2.0 Multiple Response Types §2.1, §3' },
  { name: 'grant types', check: grantTypesAllowed, source: 'RFC 6749 §4.1.2.1, §4.2' },
  { name: 'ID token possible', check: idTokenPossible, source: 'OpenID Connect Core §3.2.2.1, §3.3.2.11' },
  { name: 'nonce storable', check: nonceStorable, source: 'RFC 3629 §3' },
  { name: 'state long enough', check: stateLongEnough, source: '2018 API' },
  { name: 'PKCE', check: proofKey, source: 'RFC 9700 §2.1.1, RFC 7636 §4.2' },
  { name: 'prompt', check: promptDefined, source: 'OpenID Connect Core §3.1.2.1' },
  { name: 'max_age', check: maxAgeNumeric, source: 'OpenID Connect Core §3.1.2.1' },
  { name: 'claims', check: claimsWellFormed, source: 'OpenID Connect Core §5.5' },
  { name: 'audience', check: audienceAllowed, source: 'RFC 8707 §2' },
  { name: 'id_token_hint', check: hintValid, source: 'OpenID Connect Core §3.1.2.1' },
];

/** Repeated when the browser returns from the consent app: the registration may have changed in the meantime. */
export const repeatedChecks: readonly Row<RegistrationCheck>[] = [scopeCheck, responseTypeCheck];
