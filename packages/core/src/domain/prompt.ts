// The prompt parameter (OpenID Connect Core §3.1.2.1).
import { oauthError } from '../errors/oauth-error.ts';

const known = new Set(['none', 'login', 'consent', 'select_account']);

/** Throws invalid_request for a value that is not defined, and for `none` with another value. Case-sensitive. */
export const parsePrompt = (text: string): readonly string[] => {
  const values = text.split(' ').filter((value) => value !== '');
  const unknown = values.find((value) => !known.has(value));
  if (unknown !== undefined) throw oauthError('invalid_request', `The prompt "${unknown}" is not defined.`);
  if (values.includes('none') && values.length > 1) {
    throw oauthError('invalid_request', 'The prompt "none" cannot be combined with other values.');
  }
  return values;
};

/** Whether the person must see the login page, even if a session exists. */
export const forcesLogin = (prompt: readonly string[]): boolean =>
  prompt.includes('login') || prompt.includes('select_account');
