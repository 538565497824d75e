// Errors of the protocol: values with a code, an HTTP status and a cause. docs/errors.md has an entry per code.
import { StoreUnavailable } from './store-unavailable.ts';

interface ErrorKind {
  readonly status: number;
  readonly description: string;
  /** Shown if no more precise text is known. */
  readonly hint?: string;
}

/** Every error code of the server, under the specification that defines it. The last group is from the 2018 API. */
export const errorKinds = {
  // RFC 6749 §4.1.2.1 and §5.2
  invalid_request: {
    status: 400,
    description:
      'The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.',
    hint: 'Check that each parameter is present exactly once and spelled correctly; names and values are case-sensitive.',
  },
  invalid_client: {
    status: 401,
    description:
      'Client authentication failed: unknown client, no client authentication included, or an authentication method that is not the registered one.',
  },
  invalid_grant: {
    status: 400,
    description:
      'The authorization grant or refresh token is invalid, expired, revoked, does not match the redirect URI of the authorization request, or was issued to another client.',
  },
  unauthorized_client: {
    status: 400,
    description: 'The client is not allowed to use this grant type or response type.',
  },
  unsupported_grant_type: { status: 400, description: 'The server does not support this grant type.' },
  unsupported_response_type: {
    status: 400,
    description: 'The server does not support this response type, or the client is not registered for it.',
  },
  invalid_scope: {
    status: 400,
    description: 'The requested scope is unknown, malformed, or exceeds what the client is registered for.',
  },
  access_denied: {
    status: 403,
    description: 'The resource owner or the server denied the request.',
    hint: 'The user or the server refused the request.',
  },
  server_error: {
    status: 500,
    description: 'The server encountered an unexpected error and could not complete the request.',
  },
  temporarily_unavailable: {
    status: 503,
    description: 'The server cannot handle the request right now. Try again later.',
  },
  // OpenID Connect Core §3.1.2.6
  login_required: { status: 400, description: 'The user must log in.' },
  consent_required: { status: 400, description: 'The user must consent.' },
  invalid_request_object: { status: 400, description: 'The request object is not valid.' },
  invalid_request_uri: {
    status: 400,
    description: 'The request_uri is not registered, or could not be fetched.',
  },
  registration_not_supported: { status: 400, description: 'The server does not support the registration parameter.' },
  // RFC 8707 §2
  invalid_target: {
    status: 400,
    description: 'The requested resource or audience is unknown, malformed, or not allowed.',
  },
  // RFC 6750 §3.1, for the tokens of RFC 7591 and RFC 7592, and at userinfo
  invalid_token: {
    status: 401,
    description: 'The token is missing, unknown, revoked, or meant for another audience.',
    hint: 'Send the token as a bearer token in the Authorization header.',
  },
  // RFC 6750 §3.1
  insufficient_scope: { status: 403, description: 'The access token lacks a scope that this request requires.' },
  // RFC 7591 §3.2.2
  invalid_redirect_uri: { status: 400, description: 'A redirect URI of the client is not allowed.' },
  invalid_client_metadata: {
    status: 400,
    description: 'A client metadata value is not valid, or clients may not set it.',
  },
  unapproved_software_statement: { status: 400, description: 'The server does not accept this software statement.' },
  // OpenID Connect Core Error Code unmet_authentication_requirements
  unmet_authentication_requirements: {
    status: 400,
    description: 'The user could not be authenticated as the client requires.',
  },
  // Codes of the 2018 API
  invalid_state: { status: 400, description: 'The state is missing or too short.' },
  request_unauthorized: {
    status: 401,
    description: 'The request could not be authorized.',
    hint: 'Send valid credentials with the request.',
  },
  request_forbidden: {
    status: 403,
    description: 'The request is not allowed.',
    hint: 'Requests from this origin, host or browser are not allowed.',
  },
} as const satisfies Record<string, ErrorKind>;

const kindOf = (code: OAuthErrorCode): ErrorKind => errorKinds[code];

export type OAuthErrorCode = keyof typeof errorKinds;

interface Details {
  /** Default: the status of the code. */
  readonly status?: number;
  readonly hint?: string;
  readonly cause?: unknown;
  /** Seconds. Default: depends on the status. */
  readonly retryAfter?: number;
}

/** Ends a request. `hint` is for the client's developer; `cause` is logged, and is sent only as `debug`. */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode;
  readonly status: number;
  readonly hint: string;
  /** Seconds after which the request may be repeated; null: as usual for the status. */
  readonly retryAfter: number | null;

  constructor(code: OAuthErrorCode, details: Details = {}) {
    super(
      `${code}${details.hint ? `: ${details.hint}` : ''}`,
      'cause' in details ? { cause: details.cause } : undefined,
    );
    this.name = 'OAuthError';
    this.code = code;
    this.status = details.status ?? kindOf(code).status;
    this.retryAfter = details.retryAfter ?? null;
    this.hint = details.hint || (kindOf(code).hint ?? '');
  }

  /**
   * The message of the cause, for operators who choose to send it to callers. Empty for a failure of the server, whose
   * cause may name hosts and paths.
   */
  get debug(): string {
    return this.status < 500 && this.cause instanceof Error ? this.cause.message : '';
  }

  get description(): string {
    return errorKinds[this.code].description;
  }
}

export const oauthError = (code: OAuthErrorCode, hint = ''): OAuthError => new OAuthError(code, { hint });

/**
 * Turns any failure into a protocol error: temporarily_unavailable if a store is unavailable, otherwise server_error.
 */
export const toOAuthError = (thrown: unknown): OAuthError => {
  if (thrown instanceof OAuthError) return thrown;
  return new OAuthError(thrown instanceof StoreUnavailable ? 'temporarily_unavailable' : 'server_error', {
    cause: thrown,
  });
};

/** Retry-After in seconds (RFC 9110 §10.2.3), for requests that may be tried again. */
export const retryHeader = (error: OAuthError): Readonly<Record<string, string>> =>
  error.status === 503 || error.status === 429
    ? { 'retry-after': String(error.retryAfter ?? (error.status === 503 ? 1 : 60)) }
    : {};
