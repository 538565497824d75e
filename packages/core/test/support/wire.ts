// Speaks to a provider's endpoints as a browser or an HTTP client would.
import type { Endpoint, WireReply, WireRequest } from '@claviger/core';

type Fields = Readonly<Record<string, string>> | URLSearchParams;

const search = (fields: Fields): URLSearchParams =>
  new URLSearchParams(fields instanceof URLSearchParams ? fields : { ...fields });

const request = (
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  form: URLSearchParams | null,
): WireRequest => ({
  method,
  url,
  address: headers['x-test-address'] ?? '192.0.2.1',
  header: (name) => headers[name],
  form,
});

export const post = (
  endpoint: Endpoint,
  fields: Fields,
  headers: Readonly<Record<string, string>> = {},
): Promise<WireReply> => endpoint(request('POST', '/', headers, search(fields)));

export const get = (
  endpoint: Endpoint,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<WireReply> => endpoint(request('GET', url, headers, null));

export const basic = (id: string, secret: string): { authorization: string } => ({
  authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`,
});

export const location = (reply: WireReply): URL => new URL(String(reply.headers.location));

export const json = (reply: WireReply): Record<string, unknown> => JSON.parse(reply.body) as Record<string, unknown>;

/** A browser that keeps cookies and follows no redirect automatically. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #endpoint: Endpoint;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  async visit(url: string): Promise<WireReply> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const { pathname, search: query } = new URL(url, 'http://127.0.0.1:4444');
    const reply = await get(this.#endpoint, `${pathname}${query}`, cookie === '' ? {} : { cookie });
    for (const line of [reply.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Max-Age=0/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return reply;
  }
}
