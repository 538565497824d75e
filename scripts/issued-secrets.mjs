// Finds the secrets that answers hand out, and looks for them in what servers printed. A secret that the server issued must not be
// in its log: RFC 6819 §4.3.2 and §4.4.1.1 name logs as a place where tokens and codes leak.

const members = new Set([
  'access_token',
  'refresh_token',
  'id_token',
  'client_secret',
  'registration_access_token',
  'key',
]);
const parameters = /^(access_token|id_token|code|\w+_(challenge|verifier))$/;
/** Shorter values are test data, such as `code=1`. */
const shortest = 16;

const secretsOfUrl = (text) => {
  if (!/[?#]/.test(text) || !URL.canParse(text, 'http://localhost')) return [];
  const { searchParams, hash } = new URL(text, 'http://localhost');
  return [...searchParams, ...new URLSearchParams(hash.slice(1))]
    .filter(([name]) => parameters.test(name))
    .map(([, value]) => value);
};

const secretsOfJson = (value) => {
  if (typeof value === 'string') return secretsOfUrl(value);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    members.has(name) && typeof member === 'string' ? [member] : secretsOfJson(member),
  );
};

const cookieValue = (cookie) => cookie.slice(cookie.indexOf('=') + 1).split(';', 1)[0] ?? '';

const parsed = (body) => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

/** `headers` as Node.js has them, `body` a text. */
export const secretsOf = ({ headers, body }) => {
  const type = String(headers['content-type'] ?? '');
  return [
    ...secretsOfUrl(String(headers.location ?? '')),
    ...[headers['set-cookie'] ?? []].flat().map(cookieValue),
    ...(type.startsWith('application/json') ? secretsOfJson(parsed(body)) : []),
  ].filter((secret) => secret.length >= shortest);
};

/** The words of a text that could be a secret, as they are and with their percent-encoding undone. */
const wordsOf = (text) => {
  const words = new Set();
  for (const [word] of text.matchAll(/[\w.~%+-]{16,}/g)) {
    words.add(word);
    for (const part of word.split('.')) words.add(part);
  }
  return words;
};

/** Returns the secrets that the output contains. */
export const leakedInto = (output, secrets) => {
  const words = wordsOf(output);
  return [...new Set(secrets)].filter((secret) => words.has(secret) || words.has(encodeURIComponent(secret)));
};
