// The `claims` parameter (OpenID Connect Core §5.5): which claims are asked for one by one, and with which values.
import { oauthError } from '../errors/oauth-error.ts';
import type { JsonObject, JsonValue } from './json.ts';

/** The parameter as sent, with its shape checked. The functions below read the parts on which the server acts. */
export type ClaimsRequest = JsonObject;

/** Maximum depth. A value may be an object, such as `address`, but no claim needs more levels than this. */
const mostLevels = 8;

const refuse = (hint: string) => oauthError('invalid_request', `The parameter "claims" ${hint}`);

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isDeeperThan = (levels: number, value: JsonValue | undefined): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((member) => isDeeperThan(levels - 1, member)));

const checkClaim = (place: string, name: string, asked: JsonValue | undefined): void => {
  const where = `${place}.${name}`;
  if (asked === null) return;
  if (!isObject(asked)) throw refuse(`must have null or an object at ${where}.`);
  if (asked.essential !== undefined && typeof asked.essential !== 'boolean')
    throw refuse(`must have true or false at ${where}.essential.`);
  if (asked.values !== undefined && !Array.isArray(asked.values)) throw refuse(`must have a list at ${where}.values.`);
};

/** OpenID Connect Core §5.5 and §5.5.1; members that are not defined there are ignored. Throws invalid_request. */
export const parseClaimsRequest = (text: string): ClaimsRequest => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw refuse('is not JSON.');
  }
  if (!isObject(parsed)) throw refuse('must be a JSON object.');
  if (isDeeperThan(mostLevels, parsed)) throw refuse(`is nested more than ${mostLevels} levels deep.`);
  for (const place of places) {
    const claims = parsed[place];
    if (claims === undefined) continue;
    if (!isObject(claims)) throw refuse(`must have an object at ${place}.`);
    for (const [name, asked] of Object.entries(claims)) checkClaim(place, name, asked);
  }
  return parsed;
};

const places = ['userinfo', 'id_token'] as const;

const askedOf = (request: ClaimsRequest | undefined, place: (typeof places)[number]): JsonObject => {
  const claims = request?.[place];
  return isObject(claims) ? claims : {};
};

/** Names of the requested claims, for the ID token and for userinfo. */
export const requestedClaims = (request: ClaimsRequest | undefined): readonly string[] => [
  ...new Set(places.flatMap((place) => Object.keys(askedOf(request, place)))),
];

/** Where the server returns the claims that a scope, or the `claims` parameter for userinfo, requests. */
export const standardClaimsPlaces = ['both', 'userinfo'] as const;

export type StandardClaims = (typeof standardClaimsPlaces)[number];

/** OpenID Connect Core §5.4: the claims that each scope asks for. */
const claimsOfScope: Readonly<Record<string, readonly string[]>> = {
  profile: [
    ...['name', 'family_name', 'given_name', 'middle_name', 'nickname', 'preferred_username', 'profile', 'picture'],
    ...['website', 'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'],
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
};

/**
 * OpenID Connect Core §5.4 and §5.5: claims that the granted scope or the `claims` parameter asks for at userinfo,
 * unless the parameter asks for them in the ID token too.
 */
export const claimsForUserinfo = (
  grantedScope: readonly string[],
  request: ClaimsRequest | undefined,
): readonly string[] => {
  const byScope = grantedScope.flatMap(
    (scope) => (Object.hasOwn(claimsOfScope, scope) ? claimsOfScope[scope] : []) ?? [],
  );
  const inIdToken = askedOf(request, 'id_token');
  const names = new Set([...byScope, ...Object.keys(askedOf(request, 'userinfo'))]);
  return [...names].filter((name) => !Object.hasOwn(inIdToken, name));
};

/** Claims about the login, or that every response contains. They need no separate consent. */
const needNoConsent = new Set(['sub', 'acr', 'amr', 'auth_time']);

/**
 * Whether each claim that is asked for now was also asked for when the person consented (OpenID Connect Core §3.1.2.4).
 */
export const coversClaims = (consented: ClaimsRequest | undefined, asked: ClaimsRequest | undefined): boolean => {
  const known = requestedClaims(consented);
  return requestedClaims(asked).every((name) => needNoConsent.has(name) || known.includes(name));
};

/** The texts that `value` or `values` names for a claim of the ID token. */
const wantedTexts = (request: ClaimsRequest | undefined, name: string): readonly string[] => {
  const asked = askedOf(request, 'id_token')[name];
  if (!isObject(asked)) return [];
  const wanted = [asked.value, ...(Array.isArray(asked.values) ? asked.values : [])];
  return wanted.filter((value) => typeof value === 'string');
};

/** OpenID Connect Core §5.5.1: the subjects of which one must be logged in; empty if any person may be. */
export const requestedSubjects = (request: ClaimsRequest | undefined): readonly string[] => wantedTexts(request, 'sub');

/** OpenID Connect Core §5.5.1.1. */
export const requestedAcrValues = (request: ClaimsRequest | undefined): readonly string[] =>
  wantedTexts(request, 'acr');

/** OpenID Connect Core §5.5.1.1: the login failed unless it reached one of these; empty if any value is sufficient. */
export const requiredAcrValues = (request: ClaimsRequest | undefined): readonly string[] => {
  const asked = askedOf(request, 'id_token').acr;
  return isObject(asked) && asked.essential === true ? requestedAcrValues(request) : [];
};
