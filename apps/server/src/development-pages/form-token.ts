// Keeps other sites from posting the forms: a random value in a same-site cookie must come back in the form, too.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

const cookieName = 'claviger_development_form';
export const formTokenField = 'form_token';

const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

const cookieToken = ({ headers }: FastifyRequest): string | undefined => {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name, value = '']) => name === cookieName && tokenPattern.test(value))?.[1];
};

/** The value for the form. One browser keeps one, so that two open forms do not break each other. */
export const issueFormToken = (request: FastifyRequest, reply: FastifyReply, secure: boolean): string => {
  const token = cookieToken(request) ?? randomBytes(32).toString('base64url');
  reply.header('set-cookie', `${cookieName}=${token}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`);
  return token;
};

/**
 * Another site's post comes without the cookie (Lax: only its links bring it along), and other sites cannot read the form.
 * Other ports of this host are the same site: where the browser says where a post is from, it must be here (Fetch Metadata).
 */
export const isOwnForm = (request: FastifyRequest, form: URLSearchParams): boolean => {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  const [sent, kept] = [Buffer.from(form.get(formTokenField) ?? ''), Buffer.from(cookieToken(request) ?? '')];
  return kept.length > 0 && sent.length === kept.length && timingSafeEqual(sent, kept);
};
