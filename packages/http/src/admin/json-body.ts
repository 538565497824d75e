// The JSON of an admin request, decoded whatever its Content-Type says (2018 API), and refused when it holds what could
// not be stored or given back unchanged.
import { oauthError } from '@claviger/core';

/** Deep enough for any session data, shallow enough for every recursion that a value meets on its way. */
const maxDepth = 64;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Throws invalid_request. `body` is the raw bytes, or undefined when there were none. */
export const readJsonBody = (body: unknown): unknown => {
  if (!(body instanceof Uint8Array) || body.length === 0) throw refuse('The body is empty, it must be JSON.');
  const value = parse(body);
  check(value);
  return value;
};

const refuse = (hint: string) => oauthError('invalid_request', hint);

const parse = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(decoder.decode(body));
  } catch {
    // The parser's own message quotes the body, which may hold a secret.
    throw refuse('The body is not JSON (RFC 8259).');
  }
};

const check = (root: unknown): void => {
  const open = [{ value: root, depth: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, depth } = next;
    if (depth > maxDepth) throw refuse(`The body is nested more than ${maxDepth} levels deep.`);
    if (typeof value === 'string') checkText(value);
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, member] of Object.entries(value)) {
      checkText(name);
      // An own member of this name turns into a prototype wherever it is assigned.
      if (name === '__proto__') throw refuse('The body has a member "__proto__".');
      open.push({ value: member, depth: depth + 1 });
    }
  }
};

/** Databases refuse U+0000 (Postgres), and UTF-8 has no form for half a surrogate pair (RFC 3629 §3). */
const checkText = (text: string): void => {
  if (/\0|\p{Surrogate}/u.test(text)) throw refuse('The body has a text with U+0000 or half a surrogate pair.');
};
