// How requests reach the admin API: over HTTP, or inside this process with the stores of the server.

export interface AdminRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. Values in it are percent-encoded. */
  readonly path: string;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
}

export interface AdminAnswer {
  readonly status: number;
  readonly text: string;
}

export interface AdminTransport {
  /** What error messages call the other side. */
  readonly name: string;
  /** Resolves to an answer of any status. Rejects with CommandError if there is none. */
  send(request: AdminRequest): Promise<AdminAnswer>;
  /** Resolves when everything that was sent has its full effect. */
  close(): Promise<void>;
}

/** The body of a request and its type. */
export const bodyOf = ({ json, form }: AdminRequest): { readonly type: string; readonly text: string } | null => {
  if (form) return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(form).toString() };
  return json === undefined ? null : { type: 'application/json', text: JSON.stringify(json) };
};
