// A JSON Schema of the configuration file, for editors. It is less strict than the server, which also checks rules between settings.
import type { Variable } from './settings/declare.ts';
import { fileKey, formerNames, variables, withVariableNames } from './variables.ts';

const text = { type: 'string' };

/** The file may have every value as the text that a variable would have. */
const typeOf = ({ fallback, shown }: Variable<unknown>): object => {
  if (typeof fallback === 'boolean') return { enum: [true, false, 'true', 'false'] };
  if (Array.isArray(fallback)) return { anyOf: [{ type: 'array', items: text }, text] };
  // The default of a duration is a number of seconds, but it is written like 30s.
  if (typeof fallback === 'number' && /^\d+$/.test(shown ?? '')) return { anyOf: [{ type: 'integer' }, text] };
  return fallback === null ? { anyOf: [text, { type: 'integer' }, { type: 'boolean' }] } : text;
};

const defaultOf = ({ fallback, shown }: Variable<unknown>): object => {
  if (shown === null) return {};
  return { default: typeof fallback === 'boolean' ? fallback : shown };
};

const propertyOf = (variable: Variable<unknown>): object => ({
  description: withVariableNames(variable.meaning),
  ...typeOf(variable),
  ...(variable.secret ? { writeOnly: true } : defaultOf(variable)),
});

/** JSON Schema, draft 2020-12. */
export const settingsSchema = () => {
  const present = Object.values(variables).map((variable: Variable<unknown>): [string, object] => [
    fileKey(variable.name),
    propertyOf(variable),
  ]);
  const former = [...formerNames].map(([name, present]): [string, object] => [
    fileKey(name),
    { description: `Former name of ${fileKey(present)}.`, type: 'string', deprecated: true },
  ]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration file of Claviger',
    type: 'object',
    properties: { $schema: text, ...Object.fromEntries([...present, ...former]) },
    additionalProperties: false,
  };
};
