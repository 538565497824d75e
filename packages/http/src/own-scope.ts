// Prepares a Fastify application for the routes of this package. Each plugin does so in its own scope, so that it works in
// any application and does not affect the application's other routes.
import { Ajv } from 'ajv';
import type { FastifyInstance } from 'fastify';
import { setUpNotes } from './request-notes.ts';

const marker = Symbol('claviger.ownScope');

/** A nested scope inherits everything, so it is not prepared again and hooks do not run twice. */
export const setUpScope = (app: FastifyInstance): void => {
  if (app.hasDecorator(marker)) return;
  app.decorate(marker, true);
  setUpNotes(app);
  // First, because a later hook may reply.
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff');
    done();
  });
  readRawBodies(app);
  validateStrictly(app);
};

/** The routes read their bodies themselves: forms with repeated parameters, JSON with any Content-Type. */
const readRawBodies = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers();
  // '*' matches all types. Fastify finds the named ones without parsing the header.
  const kinds = ['*', 'application/x-www-form-urlencoded', 'application/json'];
  for (const kind of kinds) {
    app.addContentTypeParser(kind, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  }
  app.addHook('onRequest', ({ headers }, _reply, done) => {
    // Fastify answers 415 to a malformed Content-Type. Here such a body counts as one of unknown type.
    const given = headers['content-type'];
    if (given !== undefined && !/^[^\s/;]+\/[^\s/;]+\s*(;|$)/.test(given)) delete headers['content-type'];
    done();
  });
};

/** Fastify's defaults turn numbers into texts and drop unknown members. */
const validateStrictly = (app: FastifyInstance): void => {
  const ajv = new Ajv({ coerceTypes: false, removeAdditional: false, useDefaults: false, allErrors: false });
  app.setValidatorCompiler(({ schema }) => ajv.compile(schema));
};
