// Declares a route with JSON: its types come from TypeBox schemas, and its body is decoded.
import { readJsonBody } from '@claviger/core';
import Type, { type TSchema } from 'typebox';

/**
 * The options of a route with a JSON body. The Content-Type does not matter, and `null` counts as an empty object (2018
 * API).
 */
export const takesJson = <Schema extends { readonly body: TSchema; readonly params?: TSchema }>(schema: Schema) => ({
  schema,
  preValidation: async (request: { body: unknown }): Promise<void> => {
    request.body = readJsonBody(request.body instanceof Uint8Array ? request.body : undefined) ?? {};
  },
});

/** Path parameters. Fastify has decoded each one. */
export const pathParams = <Name extends string>(...names: Name[]) =>
  Type.Unsafe<Record<Name, string>>({
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
  });
