// node:http on one side, the core's wire types on the other.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WireReply, WireRequest } from '@claviger/core';

const longestBody = 64 * 1024;

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestBody) throw new RangeError('The body is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const isForm = (request: IncomingMessage): boolean =>
  request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded';

/** Rejects with a RangeError when the body is longer than 64 KiB. */
export const toWireRequest = async (request: IncomingMessage): Promise<WireRequest> => {
  const form = request.method === 'POST' && isForm(request) ? new URLSearchParams(await readBody(request)) : null;
  return {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    address: request.socket.remoteAddress ?? '',
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    form,
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
