// The userinfo endpoint, in every way it can be called (OpenID Connect Core §5.3.1, RFC 6750 §2).
import type { Test } from 'tap';
import type { Given } from './given.ts';
import { laxFetch, readJson } from './lax-fetch.ts';

export type UserinfoCall = 'get' | 'post-header' | 'post-body';

export const callUserinfo = ({ server }: Given, token: string, how: UserinfoCall = 'get'): Promise<Response> => {
  const endpoint = server.endpoint('userinfo_endpoint');
  const authorization = `Bearer ${token}`;
  if (how === 'get') return laxFetch(endpoint, { headers: { authorization } });
  if (how === 'post-header') return laxFetch(endpoint, { method: 'POST', headers: { authorization } });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return laxFetch(endpoint, { method: 'POST', headers, body: new URLSearchParams({ access_token: token }).toString() });
};

export const userinfo = async (
  t: Test,
  given: Given,
  token: string,
  how: UserinfoCall = 'get',
): Promise<Record<string, unknown>> => {
  const reply = await callUserinfo(given, token, how);
  t.equal(reply.status, 200);
  t.match(reply.headers.get('content-type'), /^application\/json/);
  return readJson(reply);
};
