// What a route declares about itself for the OpenAPI document: one operation, with everything that it answers.

/** JSON Schema 2020-12. A `title` makes it a component of that name. `nullable` (Ajv) becomes the type `null` too. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Content {
  readonly schema: Schema;
  readonly example?: unknown;
}

/** By media type. */
export type Contents = Readonly<Record<string, Content>>;

export interface Answer {
  readonly description: string;
  readonly content?: Contents;
  /** Header names with what they carry. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface QueryParameter {
  readonly name: string;
  readonly description: string;
  readonly schema: Schema;
  readonly required?: true;
  readonly example?: unknown;
}

export type Tag = 'OAuth 2.0' | 'Client registration' | 'Server documents' | 'Pages' | AdminTag;

type AdminTag = 'Clients' | 'Login and consent' | 'Sessions' | 'Tokens' | 'Keys' | 'Admin keys' | 'Audit' | 'Server';

/** Who calls a public operation. The callers of an admin operation are described by the scope of its route. */
export type Caller = 'client' | 'access token' | 'initial access token' | 'registration token';

export interface Operation {
  /** The name in the 2018 SDK, if the SDK has the operation. Unique. */
  readonly id: string;
  readonly tag: Tag;
  /** One line, without a full stop. */
  readonly summary: string;
  /** Markdown. */
  readonly description?: string;
  /** What each path parameter names. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: readonly QueryParameter[];
  /** An example of the body that the route's schema describes. */
  readonly bodyExample?: unknown;
  /** The body of a route without a schema, whose body core reads. */
  readonly body?: { readonly content: Contents; readonly optional?: true };
  readonly caller?: Caller;
  /** Answers that are not errors, by status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /**
   * When each error status is sent, with its codes. The errors that every operation of a listener can answer with are
   * added to these.
   */
  readonly errors?: Readonly<Record<number, string>>;
  /** Errors are pages for people. Default false: JSON. */
  readonly errorPages?: true;
}

/** TypeBox types have no index signature. */
export const asSchema = (schema: object): Schema => ({ ...schema });

export const memberSchemas = ({ properties }: { readonly properties: object }): Readonly<Record<string, Schema>> =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, asSchema(schema)]));

export const json = (schema: Schema, example?: unknown): Contents => ({
  'application/json': example === undefined ? { schema } : { schema, example },
});

export const form = (schema: Schema, example: Readonly<Record<string, string>>): Contents => ({
  'application/x-www-form-urlencoded': { schema, example },
});

export const page = (description: string): Answer => ({
  description,
  content: { 'text/html': { schema: { type: 'string' } } },
});

export const noContent = (description: string): Answer => ({ description });

export const text = (description: string, more: Schema = {}): Schema => ({ type: 'string', description, ...more });

export const texts = (description: string): Schema => ({ type: 'array', items: { type: 'string' }, description });

export const flag = (description: string): Schema => ({ type: 'boolean', description });

export const integer = (description: string): Schema => ({ type: 'integer', description });

/** `required`: the names of members that are always there. */
export const object = (
  title: string,
  description: string,
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
  more: Schema = {},
): Schema => ({ title, description, type: 'object', properties, required, ...more });
