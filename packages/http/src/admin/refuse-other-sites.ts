// Keeps pages of other sites from using the admin listener through the browser of somebody who can reach it. JSON
// bodies are read with any Content-Type (2018 API), so a plain form post would work, and no preflight would stop it.
import { oauthError } from '@claviger/core';
import type { FastifyRequest, onRequestHookHandler } from 'fastify';

/** Login and consent apps, SDKs and command lines send neither header. W3C Fetch Metadata §2; RFC 6454 §7. */
const isFromOtherSite = (request: FastifyRequest): boolean => {
  const { 'sec-fetch-site': site, origin, host } = request.headers;
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isNavigation(request)) return true;
  return origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
};

/** A person follows a link, so the linking site does not see the response. In a frame, it could disguise the page. */
const isNavigation = ({ method, headers }: FastifyRequest): boolean =>
  method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';

export const refuseOtherSites: onRequestHookHandler = (request, _reply, done) => {
  if (!isFromOtherSite(request)) done();
  else done(oauthError('request_forbidden', 'The admin endpoints do not accept requests from pages of other sites.'));
};
