// An OpenAPI document as tests read it, and requests that are made from it alone.
import type { Answer, Send } from '../given-a-server.ts';

export interface OperationObject {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly example?: unknown }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example?: unknown }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, object>> }>>;
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
}

export interface Located {
  readonly method: string;
  /** With parameters as `{name}`. */
  readonly path: string;
  readonly operation: OperationObject;
}

export const operationsOf = ({ paths }: Document): readonly Located[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );

export interface Given {
  /** Values of path parameters. */
  readonly params?: Readonly<Record<string, string>>;
  /** Members in addition to those of the example, or in their place; null leaves one out. */
  readonly query?: Readonly<Record<string, string | null>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

const merged = (example: unknown, given: Readonly<Record<string, unknown>> = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...(example as object), ...given }).filter(([, value]) => value !== null),
  ) as Record<string, string>;

/** Sends the example of the operation's parameters and body. */
export const sendExample = (send: Send, { method, path, operation }: Located, given: Given = {}): Promise<Answer> => {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(given.params?.[name] ?? ''));
  const examples = operation.parameters.filter((parameter) => parameter.in === 'query' && 'example' in parameter);
  const query = merged(Object.fromEntries(examples.map(({ name, example }) => [name, example])), given.query);
  const url = Object.keys(query).length === 0 ? filled : `${filled}?${new URLSearchParams(query)}`;
  const [[type, body] = []] = Object.entries(operation.requestBody?.content ?? {});
  const headers = given.headers ?? {};
  if (type === undefined) return send(`${method} ${url}`, { headers });
  const value = merged(body?.example, given.body);
  return type === 'application/json'
    ? send(`${method} ${url}`, { headers, json: value })
    : send(`${method} ${url}`, { headers, form: value });
};
