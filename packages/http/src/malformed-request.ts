// Bytes that are not an HTTP request, or arrive too slowly. Fastify's own handler would log the raw packet, which may
// hold credentials.
import type { Socket } from 'node:net';
import { errorBody } from '@claviger/core';
import type { FastifyBaseLogger } from 'fastify';
import { httpLogLines } from './log-lines.ts';

const answers: Readonly<Record<string, readonly [number, string, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'The request did not arrive in time.'],
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'The headers are too large.'],
};

const malformed = [400, 'Bad Request', 'This is not an HTTP request.'] as const;

export const answerMalformedRequest = (
  log: FastifyBaseLogger,
  { code = '' }: { readonly code?: string },
  socket: Socket,
): void => {
  if (code === 'ECONNRESET' || socket.destroyed) return;
  const [status, reason, hint] = answers[code] ?? malformed;
  // Contains nothing of the request: even its first line may contain secrets.
  log.debug({ code, status }, httpLogLines.malformed.message);
  if (socket.writable) {
    const body = JSON.stringify(errorBody({ error: 'invalid_request', description: hint, status }));
    const head = `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: ${body.length}\r\nContent-Type: application/json\r\n`;
    socket.write(`${head}X-Content-Type-Options: nosniff\r\n\r\n${body}`);
  }
  socket.destroy();
};
