// A secret that a file refers to, so that the files themselves hold none.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Exactly one of them. */
export interface SecretReference {
  /** The name of an environment variable. */
  readonly env?: string;
  /** Relative to the file with the reference. One line break at its end is not part of the secret. */
  readonly file?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export type FoundSecret = { readonly secret: string } | { readonly problem: string };

export const secretReferenceSchema = {
  type: 'object',
  description:
    'Where the secret is: `{env: NAME}` for an environment variable, `{file: PATH}` for a file, relative to this one. Leave it out to keep the secret that the client has.',
  properties: {
    env: { type: 'string', minLength: 1, description: 'The name of an environment variable.' },
    file: { type: 'string', minLength: 1, description: 'The path of a file. A line break at its end does not count.' },
  },
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
} as const;

/** `from`: the file with the reference. */
export const findSecret = async (
  reference: SecretReference,
  from: string,
  environment: Environment,
): Promise<FoundSecret> => {
  if (reference.env !== undefined) {
    const secret = environment[reference.env];
    return secret ? { secret } : { problem: `the environment variable ${reference.env} is not set` };
  }
  const path = resolve(dirname(from), reference.file ?? '');
  try {
    const secret = (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
    return secret ? { secret } : { problem: `the file ${path} is empty` };
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return { problem: `the file ${path} cannot be read (${reason})` };
  }
};
