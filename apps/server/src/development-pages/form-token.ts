// Keeps other sites from posting the forms: the form must contain the random value of a same-site cookie.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

const cookieName = 'claviger_development_form';
export const formTokenField = 'form_token';

const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

const cookieToken = ({ headers }: FastifyRequest): string | undefined => {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name, value = '']) => name === cookieName && tokenPattern.test(value))?.[1];
};

/** The value for the form. A browser keeps one value, so that two open forms work side by side. */
export const issueFormToken = (request: FastifyRequest, reply: FastifyReply, secure: boolean): string => {
  const token = cookieToken(request) ?? randomBytes(32).toString('base64url');
  reply.header('set-cookie', `${cookieName}=${token}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`);
  return token;
};

/**
 * A post from another site has no cookie (SameSite=Lax), and other sites cannot read the form. Other ports of this host are
 * the same site. So if the browser says where a post comes from, it must come from this origin (Fetch Metadata).
 */
export const isOwnForm = (request: FastifyRequest, form: URLSearchParams): boolean => {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  const [sent, kept] = [Buffer.from(form.get(formTokenField) ?? ''), Buffer.from(cookieToken(request) ?? '')];
  return kept.length > 0 && sent.length === kept.length && timingSafeEqual(sent, kept);
};
