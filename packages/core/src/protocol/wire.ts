// HTTP without an HTTP library: an endpoint's request and reply. packages/http maps them to Fastify,
// examples/embed-node-http to node:http.
import type { OAuthError } from '../errors/oauth-error.ts';

/**
 * What an endpoint learns about a request, for logs and metrics. The endpoint fills it in, and the code that created it
 * reads it after the reply. Texts are '' until they are known.
 */
export interface RequestNotes {
  /** As the request claims it: the client may have been refused, or may not exist. */
  clientId: string;
  /** As the request names it. */
  grantType: string;
  /** The person whom the request is about. Logs show a fingerprint instead. */
  subject: string;
  /** Why the request was refused or failed. */
  error: OAuthError | null;
}

export interface WireRequest {
  /** Upper case. */
  readonly method: string;
  /** Path and query exactly as received, such as `/oauth2/auth?client_id=x`. */
  readonly url: string;
  /**
   * IP address of the client, '' if unknown. Taken from proxy headers only if the operator trusts the proxy. Read only
   * when needed.
   */
  readonly address: string;
  /** A header's value, undefined when absent. Names in lower case; repeated Cookie headers joined by `; `. */
  header(name: string): string | undefined;
  /** The request's id in the log. Error pages show it. */
  readonly id?: string;
  /** The decoded body of a form post (urlencoded or multipart); null for any other body, or none. */
  readonly form: URLSearchParams | null;
  /** The bytes of a body that is not a form. Only endpoints that take JSON read it. */
  readonly body?: Uint8Array | undefined;
  /** Default: nothing is noted. */
  readonly notes?: RequestNotes;
}

export interface WireReply {
  readonly status: number;
  /** Names in lower case. An array is sent as several headers (set-cookie). */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
}

export type Endpoint = (request: WireRequest) => Promise<WireReply>;
