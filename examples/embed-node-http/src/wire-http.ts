// Maps node:http to the wire types of core.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WireReply, WireRequest } from '@claviger/core';

const longestBody = 64 * 1024;

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestBody) throw new RangeError('The body is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const isForm = (request: IncomingMessage): boolean =>
  request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded';

/** Rejects with a RangeError when the body is longer than 64 KiB. */
export const toWireRequest = async (request: IncomingMessage): Promise<WireRequest> => {
  const body = await readBody(request);
  const form = request.method === 'POST' && isForm(request) ? new URLSearchParams(body.toString('utf8')) : null;
  return {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    address: request.socket.remoteAddress ?? '',
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    form,
    body,
  };
};

export const sendWireReply = (response: ServerResponse, reply: WireReply): void => {
  response.writeHead(
    reply.status,
    Object.fromEntries(
      Object.entries(reply.headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
    ),
  );
  response.end(reply.body);
};
