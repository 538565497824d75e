// Does an answer fit an OpenAPI document? Stricter than the document: an object has only the members that are described.

/** Pages of development servers, which no program calls, and routes that tests add. */
const undescribed = /^\/($|dev\/|docs($|\/)|probe$|slow$)/;

/** What is answered to a request that no route takes. */
const withoutRoute = {
  200: (method) => method === 'OPTIONS',
  301: (_, headers) => headers.location !== undefined,
  307: (_, headers) => headers.location !== undefined,
  404: () => true,
  405: (_, headers) => headers.allow !== undefined,
  429: () => true,
  503: () => true,
};

const typeOf = (headers) =>
  String(headers['content-type'] ?? '')
    .split(';', 1)[0]
    .trim()
    .toLowerCase();

const textOf = (body) => (Buffer.isBuffer(body) ? body.toString() : typeof body === 'string' ? body : '');

/** Objects are closed, unless the schema says what else they may have. */
const closed = (schema) => {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]));
  return schema.properties && schema.additionalProperties === undefined && [schema.type].flat().includes('object')
    ? { ...inner, additionalProperties: false }
    : inner;
};

const checkers = new Map();

export class AnswerChecker {
  #paths;
  #ajv;
  #components;
  #validators = new Map();

  /** One for all documents that differ in name and address only. Schemas are slow to compile. */
  static for({ paths, components }, newAjv) {
    const key = JSON.stringify({ paths, components });
    const checker = checkers.get(key) ?? new AnswerChecker(paths, components, newAjv());
    checkers.set(key, checker);
    return checker;
  }

  constructor(paths, components, ajv) {
    this.#paths = paths;
    this.#ajv = ajv;
    this.#components = closed(components);
  }

  /** `route`: its pattern, undefined when no route takes the request. Returns what does not fit, if anything. */
  check({ method, route, status, headers, body }) {
    if (route === undefined) {
      const fits = withoutRoute[status]?.(method, headers) ?? false;
      return fits ? undefined : `${method} of a path without a route: ${status}`;
    }
    if (undescribed.test(route)) return undefined;
    const path = route.replace(/:(\w+)/g, '{$1}');
    const operation = this.#paths[path]?.[method === 'HEAD' ? 'get' : method.toLowerCase()];
    // A preflight is answered before its route is entered.
    if (!operation) return method === 'OPTIONS' ? undefined : `${method} ${path} is not in the document.`;
    const place = `${operation.operationId}, ${status}`;
    const response = operation.responses[status];
    if (!response) return `${place}: the status is not in the document. ${textOf(body)}`;
    return method === 'HEAD' ? undefined : this.#checkBody(place, response, typeOf(headers), textOf(body));
  }

  #checkBody(place, { content }, type, body) {
    if (content === undefined) return body === '' ? undefined : `${place}: there is a body (${type}).`;
    const described = content[type];
    if (!described) return `${place}: the content type is "${type}".`;
    if (type !== 'application/json') return undefined;
    let value;
    try {
      value = JSON.parse(body);
    } catch {
      return `${place}: the body is not JSON.`;
    }
    const validate = this.#validatorOf(`${place} ${type}`, described.schema);
    return validate(value)
      ? undefined
      : `${place}: ${this.#ajv.errorsText(validate.errors)} ${JSON.stringify(validate.errors[0].params)}`;
  }

  #validatorOf(key, schema) {
    const validator =
      this.#validators.get(key) ?? this.#ajv.compile({ ...closed(schema), components: this.#components });
    this.#validators.set(key, validator);
    return validator;
  }
}
