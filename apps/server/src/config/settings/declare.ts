// How a setting of the server is declared: its name, parser (the rule), default and meaning.
import type { Settings } from '@claviger/core';
import { declaredSettings } from '@claviger/core';
import { listOf, type Parse } from '../parse.ts';
import { parserOf, textOf } from './core-rules.ts';

export interface Variable<T> {
  readonly name: `CLAVIGER_${string}`;
  readonly parse: Parse<T>;
  /** The value without the setting. */
  readonly fallback: T;
  /** The default as text for the documentation; null if there is none. */
  readonly shown: string | null;
  /** Markdown. */
  readonly meaning: string;
  /** Its text may contain a secret, so no message repeats it. */
  readonly secret: boolean;
}

export type Name = Variable<unknown>['name'];

/** A setting with a default, which is written like the text of the setting. */
export const preset = <T>(name: Name, shown: string, parse: Parse<T>, meaning: string, secret = false): Variable<T> => {
  const parsed = parse(shown);
  if (!parsed.ok) throw new TypeError(`The default of ${name} must be ${parsed.right}.`);
  return { name, parse, fallback: parsed.value, shown, meaning, secret };
};

export const optional = <T>(name: Name, parse: Parse<T>, meaning: string, secret = false): Variable<T | null> => ({
  name,
  parse,
  fallback: null,
  shown: null,
  meaning,
  secret,
});

export const list = <T>(name: Name, parse: Parse<T>, meaning: string): Variable<readonly T[]> => ({
  name,
  parse: listOf(parse),
  fallback: [],
  shown: null,
  meaning,
  secret: false,
});

type CoreNames = { readonly [Option in keyof Settings]?: Name };

/** Settings that core declares (packages/core/src/settings.ts), by their names there. This file only assigns their variables. */
export const fromCore = <const Names extends CoreNames>(
  names: Names,
): { readonly [Option in keyof Names & keyof Settings]: Variable<Settings[Option]> } => {
  const variables = Object.entries<Name>(names).map(([option, name]) => {
    const { rule, fallback, doc } = declaredSettings[option as keyof Settings];
    const secret = rule.kind === 'secret' || rule.kind === 'bearerTokens';
    const variable = { name, parse: parserOf(rule), fallback, shown: textOf(rule, fallback), meaning: doc, secret };
    return [option, variable];
  });
  return Object.fromEntries(variables);
};
