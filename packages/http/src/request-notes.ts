// What endpoints learn about a request, for its log line. A request has notes only if an endpoint writes some.
import type { OAuthError, RequestNotes } from '@claviger/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

class Notes implements RequestNotes {
  clientId = '';
  grantType = '';
  subject = '';
  error: OAuthError | null = null;
}

const key = Symbol('claviger.notes');

type Noted = FastifyRequest & { [key]?: RequestNotes | null };

/** Adds a member for notes to every request of the application, so that all requests have the same shape. */
export const setUpNotes = (app: FastifyInstance): void => {
  app.decorateRequest(key, null);
};

/** For writing. */
export const noteOn = (request: FastifyRequest): RequestNotes => {
  const noted: Noted = request;
  noted[key] ??= new Notes();
  return noted[key];
};

/** For reading. */
export const notesOf = (request: FastifyRequest): RequestNotes | null => (request as Noted)[key] ?? null;
