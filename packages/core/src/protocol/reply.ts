// The kinds of reply that endpoints give.
import type { JsonObject } from '../domain/json.ts';
import { type HtmlPage, pageHeaders, renderPage } from './page.ts';
import type { WireReply } from './wire.ts';

type Headers = WireReply['headers'];

/** RFC 6749 §5.1: replies with tokens, and errors about tokens, are never cached. */
export const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' } as const;

const json = { 'content-type': 'application/json;charset=UTF-8' } as const;
const jsonNoStore = { ...json, ...noStore };

export const jsonReply = (status: number, body: JsonObject, headers: Headers = {}): WireReply => ({
  status,
  headers: { ...json, ...headers },
  body: JSON.stringify(body),
});

/** Headers of a reply that no cache may keep. */
export const freshJsonReply = (status: number, body: JsonObject): WireReply => ({
  status,
  headers: jsonNoStore,
  body: JSON.stringify(body),
});

/** RFC 3986 §2: a URI is ASCII. Other characters are percent-encoded, so that headers never contain them raw. */
const inAscii = (location: string): string => location.replace(/[^\x21-\x7e]+/gu, encodeURIComponent);

/** Sends the browser there. The address may contain codes or challenges, so caches and referrers must not keep it. */
export const redirectReply = (location: string, cookies: readonly string[] = []): WireReply => ({
  status: 302,
  headers: {
    location: inAscii(location),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}),
  },
  body: '',
});

export const pageReply = (status: number, page: HtmlPage): WireReply => ({
  status,
  headers: pageHeaders(page),
  body: renderPage(page),
});

export const emptyReply = (status: number, headers: Headers = {}): WireReply => ({ status, headers, body: '' });
