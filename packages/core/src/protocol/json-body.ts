// A request's JSON, decoded strictly: values that could not be stored, or not returned unchanged, are refused.
import type { JsonValue } from '../domain/json.ts';
import { oauthError } from '../errors/oauth-error.ts';

/** Maximum depth: enough for any session data, and safe for functions that recurse into the value. */
const maxDepth = 64;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** `body`: the raw bytes, undefined if there are none. Throws invalid_request. */
export const readJsonBody = (body: Uint8Array | undefined): JsonValue => {
  if (body === undefined || body.length === 0) throw refuse('The body is empty. It must be JSON.');
  const value = parse(body);
  check(value);
  return value;
};

const refuse = (hint: string) => oauthError('invalid_request', hint);

const parse = (body: Uint8Array): JsonValue => {
  try {
    return JSON.parse(decoder.decode(body)) as JsonValue;
  } catch {
    // The parser's own message quotes the body, which may hold a secret.
    throw refuse('The body is not JSON (RFC 8259).');
  }
};

const check = (root: JsonValue): void => {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value: root, depth: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, depth } = next;
    if (depth > maxDepth) throw refuse(`The body is nested more than ${maxDepth} levels deep.`);
    if (typeof value === 'string') checkText(value);
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, member] of Object.entries(value)) {
      checkText(name);
      // Assigning a member of this name changes the prototype of the target.
      if (name === '__proto__') throw refuse('The body has a member "__proto__".');
      open.push({ value: member, depth: depth + 1 });
    }
  }
};

/** Postgres refuses U+0000, and UTF-8 cannot encode half a surrogate pair (RFC 3629 §3). */
const checkText = (text: string): void => {
  if (/\0|\p{Surrogate}/u.test(text)) throw refuse('The body contains a text with U+0000 or an unpaired surrogate.');
};
