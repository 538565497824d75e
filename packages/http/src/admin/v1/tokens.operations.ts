// Introspection without client authentication, and the removal of expired tokens, for the OpenAPI document.
import { introspectionExample, introspectionForm, introspectionSchema } from '../../openapi/introspection.schema.ts';
import { json, noContent, type Operation } from '../../openapi/operation.ts';

const tag = 'Tokens';

export const introspect: Operation = {
  id: 'introspectOAuth2Token',
  tag,
  summary: 'Introspect any token',
  description: 'For APIs that reach the admin listener. Clients use the operation of the public listener.',
  body: { content: introspectionForm('IntrospectionRequest', []) },
  answers: { 200: { description: 'What the token allows.', content: json(introspectionSchema, introspectionExample) } },
  errors: { 400: '`invalid_request`: the body is not a form; `invalid_scope`: a scope is malformed.' },
};

export const flush: Operation = {
  id: 'flushInactiveOAuth2Tokens',
  tag,
  summary: 'Remove expired tokens',
  description: 'Not needed for operation: the server removes what has expired regularly.',
  bodyExample: { notAfter: '2026-01-01T00:00:00Z' },
  answers: { 204: noContent('The tokens are removed.') },
  errors: { 400: '`invalid_request`: `notAfter` is not a date-time of RFC 3339.' },
};
