// FastifyRequest -> WireRequest. The body is still the raw bytes: see own-scope.ts.
import { checkParameterCount, mostParameters, oauthError, type RequestNotes, type WireRequest } from '@claviger/core';
import { Busboy } from '@fastify/busboy';
import type { FastifyRequest } from 'fastify';
import { noteOn } from './request-notes.ts';
import { addressOf } from './trusted-proxies.ts';

/** A class, because V8 gives each object literal with a getter a separate shape, which slows down all code that reads it. */
class FastifyWireRequest implements WireRequest {
  readonly method: string;
  readonly url: string;
  readonly id: string;
  readonly form: URLSearchParams | null;
  readonly body: Buffer | undefined;
  readonly notes: RequestNotes;
  readonly #request: FastifyRequest;

  constructor(request: FastifyRequest, form: URLSearchParams | null) {
    this.method = request.method;
    this.url = request.raw.url ?? '/';
    this.id = request.id;
    this.form = form;
    this.body = form === null && Buffer.isBuffer(request.body) ? request.body : undefined;
    this.notes = noteOn(request);
    this.#request = request;
  }

  get address(): string {
    return addressOf(this.#request);
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }
}

/** Synchronous, except for multipart forms. Throws invalid_request. */
export const fromFastify = (request: FastifyRequest): WireRequest | Promise<WireRequest> => {
  const form = readForm(request.headers['content-type'], request.body);
  return form instanceof Promise
    ? form.then((read) => new FastifyWireRequest(request, read))
    : new FastifyWireRequest(request, form);
};

/** Keeps repeated parameters: RFC 6749 §3.1 and §3.2 forbid them, and core must see them to refuse them. */
const readForm = (
  contentType: string | undefined,
  body: unknown,
): URLSearchParams | null | Promise<URLSearchParams | null> => {
  if (!contentType || !Buffer.isBuffer(body)) return null;
  if (contentType === 'application/x-www-form-urlencoded') return readUrlencoded(body);
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === 'application/x-www-form-urlencoded') return readUrlencoded(body);
  if (mediaType === 'multipart/form-data') return readMultipart(contentType, body);
  return null;
};

const readUrlencoded = (body: Buffer): URLSearchParams => {
  const text = body.toString();
  checkParameterCount(text);
  return new URLSearchParams(text);
};

/** RFC 7578. Files are ignored, because no OAuth parameter is one. Rejects with invalid_request for too many parts. */
const readMultipart = (contentType: string, body: Buffer): Promise<URLSearchParams | null> =>
  new Promise((resolve, reject) => {
    const refuse = (): void =>
      reject(oauthError('invalid_request', `The request has more than ${mostParameters} parameters.`));
    try {
      const parameters = new URLSearchParams();
      const parser = new Busboy({
        headers: { 'content-type': contentType },
        limits: { fields: mostParameters, files: 0, parts: mostParameters },
      });
      parser.on('field', (name, value) => parameters.append(name, value));
      parser.on('fieldsLimit', refuse);
      parser.on('partsLimit', refuse);
      parser.on('finish', () => resolve(parameters));
      parser.on('error', () => resolve(null));
      parser.end(body);
    } catch {
      resolve(null);
    }
  });
