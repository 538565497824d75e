// The calls of the admin API that login and consent pages need, with their types.

/** What a client says about itself. */
export interface ClientInfo {
  readonly client_id: string;
  readonly client_name: string;
  readonly redirect_uris: readonly string[];
  readonly token_endpoint_auth_method: string;
  readonly client_uri: string;
  readonly logo_uri: string;
  readonly policy_uri: string;
  readonly tos_uri: string;
}

/** Of a login and of a consent request alike. */
export interface PendingRequest {
  readonly challenge: string;
  readonly requested_scope: readonly string[];
  readonly requested_access_token_audience?: readonly string[];
  readonly skip: boolean;
  /** '' while nobody has logged in. */
  readonly subject: string;
  readonly oidc_context: { readonly login_hint?: string };
  readonly client: ClientInfo;
  readonly request_url: string;
}

export interface AcceptLogin {
  readonly subject: string;
  readonly remember?: boolean;
  readonly remember_for?: number;
}

export interface AcceptConsent {
  readonly grant_scope: readonly string[];
  readonly grant_access_token_audience: readonly string[];
  readonly session: { readonly id_token: Record<string, unknown>; readonly access_token: Record<string, unknown> };
  readonly remember: boolean;
  readonly remember_for: number;
}

export type Step = 'login' | 'consent';

export class AdminError extends Error {
  /** 503 without an answer. */
  readonly status: number;

  constructor(message: string, status: number, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }
}

export interface Claviger {
  read(step: Step, challenge: string): Promise<PendingRequest>;
  /** These give the address that the browser goes to next. */
  acceptLogin(challenge: string, body: AcceptLogin): Promise<string>;
  acceptConsent(challenge: string, body: AcceptConsent): Promise<string>;
  reject(step: Step, challenge: string, description: string): Promise<string>;
}

const pathOf = (step: Step, challenge: string): string => `requests/${step}/${encodeURIComponent(challenge)}`;

export const makeClaviger = (adminUrl: string, adminKey: string): Claviger => {
  const call = async <Answer>(method: string, path: string, body?: object) => {
    const headers = {
      'content-type': 'application/json',
      ...(adminKey === '' ? {} : { authorization: `Bearer ${adminKey}` }),
    };
    const reply = await fetch(`${adminUrl}/oauth2/auth/${path}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(10_000),
    }).catch((cause: unknown) => {
      throw new AdminError('The admin API does not answer.', 503, cause);
    });
    const answer = (await reply.json().catch(() => ({}))) as { error?: string; error_hint?: string };
    if (reply.ok) return answer as Answer;
    // Without the path, which holds the challenge.
    const said = [answer.error, answer.error_hint].filter(Boolean).join(': ');
    throw new AdminError(`${method} was answered ${reply.status} ${said}`, reply.status);
  };
  const answer = async (step: Step, challenge: string, action: string, body: object): Promise<string> =>
    (await call<{ redirect_to: string }>('PUT', `${pathOf(step, challenge)}/${action}`, body)).redirect_to;

  return {
    read: (step, challenge) => call<PendingRequest>('GET', pathOf(step, challenge)),
    acceptLogin: (challenge, body) => answer('login', challenge, 'accept', body),
    acceptConsent: (challenge, body) => answer('consent', challenge, 'accept', body),
    reject: (step, challenge, description) =>
      answer(step, challenge, 'reject', { error: 'access_denied', error_description: description }),
  };
};
