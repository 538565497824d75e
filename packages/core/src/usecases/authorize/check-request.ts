// Turns an addressed request into a checked one. The stage is the type:
//
//   stage                  checks                                      a failure goes to
//   ReceivedRequest        address-request.ts: length, ambiguous       an error page: no address can be trusted yet
//                          parameters, client, redirect URI
//   AddressedRequest       request-checks.ts, a table                  the client's redirect URI
//   AuthorizationRequest   none remain
import type { AuthorizationRequest, Parameters } from '../../domain/authorization-request.ts';
import { requestedAcrValues } from '../../domain/claims-request.ts';
import { chooseResponseMode } from '../../domain/response-mode.ts';
import { parseScope } from '../../domain/scope.ts';
import type { AddressedRequest } from './address-request.ts';
import { type CheckDeps, type ReadValues, requestChecks } from './request-checks.ts';

const words = (text: string | undefined): readonly string[] => (text ?? '').split(' ').filter((word) => word !== '');

const acrValuesOf = (parameters: Parameters, { claims }: ReadValues, otherwise: readonly string[]) => {
  const requested = new Set([...words(parameters.acr_values), ...requestedAcrValues(claims)]);
  return requested.size > 0 ? [...requested] : otherwise;
};

const toRequest = (request: AddressedRequest, read: ReadValues): AuthorizationRequest => {
  const { parameters, client } = request;
  const responseType = parameters.response_type ?? '';
  const claimsLocales = words(parameters.claims_locales);
  const hint = read.hint?.outcome === 'verified' ? read.hint : null;
  return {
    clientId: client.id,
    redirectUri: request.redirectUri,
    sentRedirectUri: parameters.redirect_uri || null,
    responseType,
    responseMode: chooseResponseMode(responseType, parameters.response_mode ?? '') ?? 'query',
    scope: parseScope(parameters.scope ?? ''),
    audience: read.audience,
    state: parameters.state || null,
    nonce: parameters.nonce || null,
    prompt: read.prompt,
    maxAge: read.maxAge,
    codeChallenge: parameters.code_challenge || null,
    idTokenHintSubject: hint?.subject ?? null,
    context: {
      acrValues: acrValuesOf(parameters, read, client.metadata.defaultAcrValues),
      uiLocales: words(parameters.ui_locales),
      display: parameters.display || null,
      loginHint: parameters.login_hint || null,
      idTokenHintClaims: hint?.claims ?? null,
      ...(read.claims ? { claims: read.claims } : {}),
      ...(claimsLocales.length > 0 ? { claimsLocales } : {}),
    },
    url: request.url,
  };
};

/** Throws the error that the client receives. */
export const makeCheckRequest =
  (deps: CheckDeps) =>
  async (request: AddressedRequest): Promise<AuthorizationRequest> => {
    const read: ReadValues = { prompt: [], maxAge: null, claims: undefined, hint: null, audience: [] };
    for (const { check } of requestChecks) {
      const pending = check(request, deps, read);
      if (pending) await pending;
    }
    return toRequest(request, read);
  };
