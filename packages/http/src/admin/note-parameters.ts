// Notes the client and subject of a request to the admin API, for its log line.
import type { FastifyRequest, preHandlerHookHandler } from 'fastify';
import { noteOn } from '../request-notes.ts';

interface Parameters {
  readonly id?: string;
  readonly client?: string;
  readonly subject?: string;
}

export const noteParameters: preHandlerHookHandler = (request, _reply, done) => {
  const { id, client, subject } = request.params as Parameters;
  const clientId = client ?? (id !== undefined && isAboutClient(request) ? id : undefined);
  if (clientId !== undefined) noteOn(request).clientId = clientId;
  if (subject !== undefined) noteOn(request).subject = subject;
  done();
};

const isAboutClient = ({ routeOptions }: FastifyRequest): boolean => routeOptions.url === '/clients/:id';
