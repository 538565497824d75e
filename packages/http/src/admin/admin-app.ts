// How a route of the admin API is declared: like any Fastify route, with the scope that its callers need, and with its
// part of the OpenAPI document. The compiler refuses a route without them.
import type { AdminScope } from '@claviger/core';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  ContextConfigDefault,
  FastifyBaseLogger,
  FastifySchema,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
  RouteGenericInterface,
  RouteHandlerMethod,
  RouteShorthandOptions,
} from 'fastify';
import type { Operation } from '../openapi/operation.ts';

/** `open`: for anyone, such as a balancer that checks the server's health. */
export type RouteScope = AdminScope | 'open';

type Options<Schema extends FastifySchema> = RouteShorthandOptions<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  RouteGenericInterface,
  ContextConfigDefault,
  Schema,
  TypeBoxTypeProvider,
  FastifyBaseLogger
>;

type Handler<Schema extends FastifySchema> = RouteHandlerMethod<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  RouteGenericInterface,
  ContextConfigDefault,
  Schema,
  TypeBoxTypeProvider,
  FastifyBaseLogger
>;

type DeclareRoute = <const Schema extends FastifySchema>(
  path: string,
  options: Options<Schema> & { readonly scope: RouteScope; readonly operation: Operation },
  handler: Handler<Schema>,
) => unknown;

/** The part of a Fastify application that the routes of the admin API use. */
export interface AdminApp {
  readonly get: DeclareRoute;
  readonly post: DeclareRoute;
  readonly put: DeclareRoute;
  readonly patch: DeclareRoute;
  readonly delete: DeclareRoute;
}
