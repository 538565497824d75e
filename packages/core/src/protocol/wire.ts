// HTTP without an HTTP library: what an endpoint gets and what it answers. packages/http and examples/ map it.

export interface WireRequest {
  /** Upper case. */
  readonly method: string;
  /** Path and query exactly as received, such as `/oauth2/auth?client_id=x`. */
  readonly url: string;
  /** IP address of the peer as the operator's proxies are trusted to tell it, '' when unknown. Read only when it matters. */
  readonly address: string;
  /** One header's value, undefined when absent. Names in lower case; repeated Cookie headers joined by `; `. */
  header(name: string): string | undefined;
  /** What the log calls this request. Error pages show it. */
  readonly id?: string;
  /** The decoded body of a form post (urlencoded or multipart); null for any other body, or none. */
  readonly form: URLSearchParams | null;
}

export interface WireReply {
  readonly status: number;
  /** Names in lower case. An array is sent as several headers (set-cookie). */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
}

export type Endpoint = (request: WireRequest) => Promise<WireReply>;
