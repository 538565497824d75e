// Sends a page to a browser. Programs get JSON or text.
import { pageReply, plainContent } from '@claviger/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toFastify } from './to-fastify.ts';

export const isForBrowser = ({ method, headers }: FastifyRequest): boolean =>
  method === 'GET' && (headers.accept ?? '').includes('text/html');

export const replyPage = (reply: FastifyReply, status: number, title: string, advice: string): FastifyReply => {
  const content = plainContent([advice], { 'Request id': reply.request.id });
  return toFastify(reply, pageReply(status, { title, content }));
};
