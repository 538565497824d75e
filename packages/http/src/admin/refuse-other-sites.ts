// Keeps pages of other sites from commanding the admin listener through the browser of somebody who can reach it. JSON
// is read whatever its Content-Type (2018 API), so a plain form post would do, and no preflight would stop it.
import { oauthError } from '@claviger/core';
import type { FastifyRequest, onRequestHookHandler } from 'fastify';

/** Login and consent apps, SDKs and command lines send neither header. W3C Fetch Metadata §2.3; RFC 6454 §7. */
const isFromOtherSite = ({ method, headers }: FastifyRequest): boolean => {
  if (method === 'GET') return false;
  const { 'sec-fetch-site': site, origin, host } = headers;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  return origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
};

export const refuseOtherSites: onRequestHookHandler = (request, _reply, done) => {
  if (!isFromOtherSite(request)) done();
  else done(oauthError('request_forbidden', 'The admin endpoints take no commands from pages of other sites.'));
};
