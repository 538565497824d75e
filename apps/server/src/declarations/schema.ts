// The JSON Schema of a file of declarations. Editors complete and check with it, and so does the server.
import { Ajv, type ErrorObject } from 'ajv';
import { nearestName } from '../config/nearest-name.ts';
import { kindNames, kinds } from './kinds.ts';
import type { Path } from './source-file.ts';

/** Draft 7, which all editors know. */
export const declarationsSchema = (): Readonly<Record<string, unknown>> => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Claviger declarations',
  description: 'What `claviger plan` and `claviger apply` read.',
  type: 'object',
  additionalProperties: false,
  properties: {
    $schema: { type: 'string', description: 'For editors. Ignored.' },
    ...Object.fromEntries(kindNames.map((name) => [name, { type: 'array', items: kinds[name].schema }])),
  },
});

export interface Finding {
  readonly path: Path;
  readonly problem: string;
}

const stepsOf = (pointer: string): Path =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

const typeNames: Readonly<Record<string, string>> = {
  string: 'a string',
  array: 'a list',
  object: 'an object',
  boolean: 'true or false',
  integer: 'an integer',
};

const reference = 'a reference, {env: NAME} or {file: PATH}; files must not contain secrets';

const findingOf = (error: ErrorObject): Finding => {
  const { keyword, params, parentSchema, message = '' } = error;
  const path = stepsOf(error.instancePath);
  if (keyword === 'additionalProperties') {
    const name = String(params.additionalProperty);
    const meant = nearestName(name, Object.keys(parentSchema?.properties ?? {}));
    return { path: [...path, name], problem: `is not a known member${meant ? `; did you mean ${meant}?` : ''}` };
  }
  if (keyword === 'required') return { path, problem: `${params.missingProperty} is missing` };
  if (path.at(-1) === 'client_secret') return { path, problem: `must be ${reference}` };
  if (keyword === 'type') return { path, problem: `must be ${typeNames[String(params.type)] ?? params.type}` };
  if (keyword === 'enum') return { path, problem: `must be one of ${params.allowedValues.join(', ')}` };
  if (keyword === 'minLength') return { path, problem: 'must not be empty' };
  return { path, problem: message };
};

/** Empty if the value fits the schema. */
export const makeCheckSchema = (): ((value: unknown) => readonly Finding[]) => {
  const validate = new Ajv({ allErrors: true, strict: false, verbose: true }).compile(declarationsSchema());
  return (value) => (validate(value) ? [] : (validate.errors ?? []).map(findingOf));
};
