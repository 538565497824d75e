// The reply to accepting or rejecting a login or consent request.
import type { AnswerResult } from '@claviger/core';
import type { FastifyReply } from 'fastify';
import { duplicate, notFound, replyError } from './error-body.ts';

export const replyAnswer = (reply: FastifyReply, result: AnswerResult): FastifyReply => {
  switch (result.outcome) {
    case 'answered':
      return reply.send({ redirect_to: result.redirectTo });
    case 'unknown-challenge':
      return replyError(reply, notFound);
    case 'already-answered':
      return replyError(reply, duplicate);
  }
};
