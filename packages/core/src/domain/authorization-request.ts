// The authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1) once its parameters have been read.
import type { ClaimsRequest } from './claims-request.ts';
import type { JsonObject } from './json.ts';
import type { ResponseMode } from './response-mode.ts';

/** Single-valued parameters by name; absent and empty are the same (RFC 6749 §3.1). */
export type Parameters = Readonly<Record<string, string>>;

/**
 * What the request tells the login and consent pages about OpenID Connect (2018 API: `oidc_context`). The optional
 * members are absent when not asked for, and in what earlier versions stored.
 */
export interface OidcContext {
  readonly acrValues: readonly string[];
  readonly uiLocales: readonly string[];
  readonly display: string | null;
  readonly loginHint: string | null;
  /** `sub` and `sid` of a valid `id_token_hint`; null without one. hintClaimsOf gives them all. */
  readonly idTokenHintClaims: JsonObject | null;
  readonly claims?: ClaimsRequest;
  readonly claimsLocales?: readonly string[];
}

/** The whole request, checked against the client's registration. A parameter that was not sent, or was empty, is null. */
export interface AuthorizationRequest {
  readonly clientId: string;
  /** The registered URI to which the response is sent. */
  readonly redirectUri: string;
  /** The `redirect_uri` parameter as sent. The token endpoint compares it (RFC 6749 §4.1.3). */
  readonly sentRedirectUri: string | null;
  readonly responseType: string;
  readonly responseMode: ResponseMode;
  readonly scope: readonly string[];
  readonly audience: readonly string[];
  readonly state: string | null;
  readonly nonce: string | null;
  readonly prompt: readonly string[];
  /** Seconds, null when not asked for. */
  readonly maxAge: number | null;
  readonly codeChallenge: string | null;
  /** Whom a valid `id_token_hint` names. */
  readonly idTokenHintSubject: string | null;
  readonly context: OidcContext;
  /** The authorization request as a URL on the issuer's origin, without verifiers and long values (see fullUrl). */
  readonly url: string;
}
