// FastifyRequest -> WireRequest. The body is still the raw bytes: see build-app.ts.

import type { WireRequest } from '@claviger/core';
import { Busboy } from '@fastify/busboy';
import type { FastifyRequest } from 'fastify';

const wireRequest = (request: FastifyRequest, form: URLSearchParams | null): WireRequest => ({
  method: request.method,
  url: request.raw.url ?? '/',
  get address() {
    return request.ip ?? '';
  },
  id: request.id,
  header: (name) => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  },
  form,
});

/** At once, but for the one kind of body that is read in pieces. */
export const fromFastify = (request: FastifyRequest): WireRequest | Promise<WireRequest> => {
  const form = readForm(request.headers['content-type'], request.body);
  return form instanceof Promise ? form.then((read) => wireRequest(request, read)) : wireRequest(request, form);
};

/** Repeated parameters must survive: RFC 6749 §3.1 and §3.2 forbid them, and core has to see them to refuse. */
const readForm = (
  contentType: string | undefined,
  body: unknown,
): URLSearchParams | null | Promise<URLSearchParams | null> => {
  if (!contentType || !Buffer.isBuffer(body)) return null;
  if (contentType === 'application/x-www-form-urlencoded') return new URLSearchParams(body.toString());
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === 'application/x-www-form-urlencoded') return new URLSearchParams(body.toString());
  if (mediaType === 'multipart/form-data') return readMultipart(contentType, body);
  return null;
};

/** RFC 7578. No parameter of OAuth is a file; the limits keep a form from being made of millions of empty parts. */
const readMultipart = (contentType: string, body: Buffer): Promise<URLSearchParams | null> =>
  new Promise((resolve) => {
    try {
      const parameters = new URLSearchParams();
      const parser = new Busboy({
        headers: { 'content-type': contentType },
        limits: { fields: 100, files: 0, parts: 100 },
      });
      parser.on('field', (name, value) => parameters.append(name, value));
      parser.on('finish', () => resolve(parameters));
      parser.on('error', () => resolve(null));
      parser.end(body);
    } catch {
      resolve(null);
    }
  });
