// How a setting is declared: its rule, its default and its documentation. The rules are data, so that a server that reads
// settings from text derives its parsers from them.
import { firstMalformed, parseScope } from './domain/scope.ts';
import { type Seconds, seconds } from './domain/time.ts';
import { isWebUrl } from './domain/web-url.ts';

/** Which values a setting accepts. */
export type SettingRule =
  | { readonly kind: 'flag' }
  /** Whole seconds. */
  | { readonly kind: 'seconds'; readonly least: 0 | 1 }
  | { readonly kind: 'count'; readonly least: number; readonly most: number }
  | { readonly kind: 'oneOf' | 'someOf'; readonly names: readonly string[] }
  /** `scopes` is a list, `scope` is one text with spaces in between. RFC 6749 §3.3. */
  | { readonly kind: 'scope' | 'scopes' }
  | { readonly kind: 'texts' }
  /** A text that is never shown. */
  | { readonly kind: 'secret' }
  /** An absolute http or https URL without user name, password and fragment. */
  | { readonly kind: 'url' }
  /** RFC 6750 §2.1: each can be sent as a bearer token, and has at least 16 characters. */
  | { readonly kind: 'bearerTokens' };

/** A setting of core. `doc` is Markdown. In it, another setting is `{name}`. */
export interface DeclaredSetting<T> {
  readonly rule: SettingRule;
  readonly fallback: T;
  readonly doc: string;
}

export const flag = (fallback: boolean, doc: string): DeclaredSetting<boolean> => ({
  rule: { kind: 'flag' },
  fallback,
  doc,
});

/** At least one second. */
export const lifespan = (fallback: number, doc: string): DeclaredSetting<Seconds> => ({
  rule: { kind: 'seconds', least: 1 },
  fallback: seconds(fallback),
  doc,
});

/** A length of time that may be zero. */
export const period = (fallback: number, doc: string): DeclaredSetting<Seconds> => ({
  rule: { kind: 'seconds', least: 0 },
  fallback: seconds(fallback),
  doc,
});

export const count = (least: number, most: number, fallback: number, doc: string): DeclaredSetting<number> => ({
  rule: { kind: 'count', least, most },
  fallback,
  doc,
});

export const oneOf = <const Name extends string>(
  names: readonly Name[],
  fallback: NoInfer<Name>,
  doc: string,
): DeclaredSetting<Name> => ({ rule: { kind: 'oneOf', names }, fallback, doc });

export const optionallyOneOf = <const Name extends string>(
  names: readonly Name[],
  doc: string,
): DeclaredSetting<Name | null> => ({ rule: { kind: 'oneOf', names }, fallback: null, doc });

export const someOf = <const Name extends string>(
  names: readonly Name[],
  fallback: readonly NoInfer<Name>[],
  doc: string,
): DeclaredSetting<readonly Name[]> => ({ rule: { kind: 'someOf', names }, fallback, doc });

export const scope = (fallback: string, doc: string): DeclaredSetting<string> => ({
  rule: { kind: 'scope' },
  fallback,
  doc,
});

export const list = (
  kind: 'scopes' | 'texts' | 'bearerTokens',
  fallback: readonly string[],
  doc: string,
): DeclaredSetting<readonly string[]> => ({ rule: { kind }, fallback, doc });

export const optional = (kind: 'secret' | 'url', doc: string): DeclaredSetting<string | null> => ({
  rule: { kind },
  fallback: null,
  doc,
});

const malformedScope = (scopes: readonly string[]): string | undefined => {
  const malformed = firstMalformed(scopes);
  return malformed === undefined ? undefined : `holds ${JSON.stringify(malformed)}, which is not a scope.`;
};

const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string');

const isCount = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;

/** What is wrong with a value, as the end of a sentence that starts with the setting's name. Undefined if nothing is. */
export const problemOf = ({ rule, fallback }: DeclaredSetting<unknown>, value: unknown): string | undefined => {
  if (value === null && fallback === null) return undefined;
  switch (rule.kind) {
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'must be true or false.';
    case 'seconds':
      if (isCount(value, rule.least, Number.MAX_SAFE_INTEGER)) return undefined;
      return rule.least === 1 ? 'must be a positive number of whole seconds.' : 'must be a whole number, 0 or more.';
    case 'count':
      return isCount(value, rule.least, rule.most)
        ? undefined
        : `must be a whole number from ${rule.least} to ${rule.most}.`;
    case 'oneOf':
      return rule.names.some((name) => name === value) ? undefined : `must be one of ${rule.names.join(', ')}.`;
    case 'someOf':
      return isTextList(value) && value.every((entry) => rule.names.includes(entry))
        ? undefined
        : `must be a list of ${rule.names.join(', ')}.`;
    case 'scope':
      return typeof value === 'string' ? malformedScope(parseScope(value)) : 'must be a text.';
    case 'scopes':
      return isTextList(value) ? malformedScope(value) : 'must be a list of texts.';
    case 'bearerTokens':
      return isTextList(value) && value.every((token) => /^[A-Za-z0-9._~+/-]{16,}=*$/.test(token))
        ? undefined
        : 'must be a list of bearer tokens, each with at least 16 characters from letters, digits and -._~+/ only.';
    case 'secret':
      return typeof value === 'string' ? undefined : 'must be a text.';
    case 'texts':
      return isTextList(value) ? undefined : 'must be a list of texts.';
    case 'url':
      return typeof value === 'string' && isWebUrl(value) && !value.includes('#')
        ? undefined
        : 'must be an absolute http or https URL without user name, password or fragment.';
  }
};
