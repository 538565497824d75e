// FastifyRequest -> WireRequest. The body is still the raw bytes: see build-app.ts.
import type { WireRequest } from '@claviger/core';
import type { FastifyRequest } from 'fastify';

export const fromFastify = async (request: FastifyRequest): Promise<WireRequest> => ({
  method: request.method,
  url: request.raw.url ?? '/',
  header: (name) => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  },
  form: await readForm(request.headers['content-type'], request.body),
});

/** Repeated parameters must survive: RFC 6749 §3.1 and §3.2 forbid them, and core has to see them to refuse. */
const readForm = async (contentType: string | undefined, body: unknown): Promise<URLSearchParams | null> => {
  if (!contentType || !Buffer.isBuffer(body)) return null;
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === 'application/x-www-form-urlencoded') return new URLSearchParams(body.toString());
  if (mediaType === 'multipart/form-data') return readMultipart(contentType, body);
  return null;
};

/** The platform's own parser (WHATWG Fetch §6, body.formData); no parameter of OAuth is a file. */
const readMultipart = async (contentType: string, body: Buffer): Promise<URLSearchParams | null> => {
  try {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
    const parameters = new URLSearchParams();
    for (const [name, value] of form) if (typeof value === 'string') parameters.append(name, value);
    return parameters;
  } catch {
    return null;
  }
};
