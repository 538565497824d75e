// Speaks to a provider's endpoints as a browser or an HTTP client would.
import type { Endpoint, WireReply } from '@claviger/core';
import { Browser as TestBrowser, wireRequest } from '@claviger/core/testing';

export { basic } from '@claviger/core/testing';

type Fields = Readonly<Record<string, string>> | URLSearchParams;

const search = (fields: Fields): URLSearchParams =>
  new URLSearchParams(fields instanceof URLSearchParams ? fields : { ...fields });

export const post = (
  endpoint: Endpoint,
  fields: Fields,
  headers: Readonly<Record<string, string>> = {},
): Promise<WireReply> => endpoint(wireRequest('POST', '/', headers, search(fields)));

export const get = (
  endpoint: Endpoint,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<WireReply> => endpoint(wireRequest('GET', url, headers, null));

export const location = (reply: WireReply): URL => new URL(String(reply.headers.location));

export const json = (reply: WireReply): Record<string, unknown> => JSON.parse(reply.body) as Record<string, unknown>;

/** A browser at one endpoint. */
export class Browser extends TestBrowser<WireReply> {
  constructor(endpoint: Endpoint) {
    super((url, headers) => get(endpoint, url, headers));
  }
}
