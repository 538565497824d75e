// Turns the rules of core's settings into parsers, and their defaults into texts that these parsers read.
import type { SettingRule } from '@claviger/core';
import { duration, durationText } from '../duration.ts';
import {
  anyText,
  bearerTokens,
  endpointUrl,
  listOf,
  oneOf,
  type Parse,
  scopeToken,
  trueOrFalse,
  wholeNumber,
} from '../parse.ts';

/** Core writes several scopes as one text with spaces in between (RFC 6749 §3.3). */
const scopeText: Parse<string> = (text) => {
  const parsed = listOf(scopeToken)(text);
  return parsed.ok ? { ok: true, value: parsed.value.join(' ') } : parsed;
};

export const parserOf = (rule: SettingRule): Parse<unknown> => {
  switch (rule.kind) {
    case 'flag':
      return trueOrFalse;
    case 'seconds':
      return duration(rule.least);
    case 'count':
      return wholeNumber(rule.least, rule.most);
    case 'oneOf':
      return oneOf(...rule.names);
    case 'someOf':
      return listOf(oneOf(...rule.names));
    case 'scope':
      return scopeText;
    case 'scopes':
      return listOf(scopeToken);
    case 'texts':
      return listOf(anyText);
    case 'secret':
      return anyText;
    case 'url':
      return endpointUrl;
    case 'bearerTokens':
      return bearerTokens;
  }
};

/** The text of a default; null if the default is empty. */
export const textOf = (rule: SettingRule, value: unknown): string | null => {
  if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return null;
  if (rule.kind === 'seconds') return durationText(Number(value));
  return rule.kind === 'scope' ? String(value).replaceAll(' ', ',') : String(value);
};
