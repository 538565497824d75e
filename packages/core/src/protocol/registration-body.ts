// A client's own registration in JSON (RFC 7591 §2 and §3.2.1, OpenID Connect Registration §2). Only the members that a
// client may set are read; others are ignored (RFC 7591 §2). null counts as absent.
import { type Client, emptyClientMetadata, usesSecret } from '../domain/client.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { type Jwk, type JwkSet, publicPart } from '../domain/jwk.ts';
import { type SelfRegisteredMetadata, selfRegisteredMembers } from '../domain/self-registration.ts';
import { oauthError } from '../errors/oauth-error.ts';
import type { RegisteredClient } from '../usecases/registration/registration-use-cases.ts';
import { clientNames, isUnset } from './client-names.ts';
import { paths, urlBelow } from './paths.ts';

/** Throws invalid_client_metadata for a value of another type. `member` is its place in the body. */
type Reader<Value> = (value: JsonValue, member: string) => Value;

/** RFC 7591 §3.2.2. */
const refuse = (member: string, rule: string) =>
  oauthError('invalid_client_metadata', `The member ${JSON.stringify(member)} must be ${rule}.`);

const text: Reader<string> = (value, member) => {
  if (typeof value !== 'string') throw refuse(member, 'a string');
  return value;
};

const flag: Reader<boolean> = (value, member) => {
  if (typeof value !== 'boolean') throw refuse(member, 'a boolean');
  return value;
};

/** Seconds. A sum of a 10-digit number and a time cannot overflow. */
const integer: Reader<number> = (value, member) => {
  if (!Number.isInteger(value) || Math.abs(value as number) > 9_999_999_999) {
    throw refuse(member, 'an integer of at most 10 digits');
  }
  return value as number;
};

const list: Reader<readonly JsonValue[]> = (value, member) => {
  if (!Array.isArray(value)) throw refuse(member, 'an array');
  return value;
};

const object: Reader<JsonObject> = (value, member) => {
  if (!isObject(value)) throw refuse(member, 'an object');
  return value;
};

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const texts: Reader<readonly string[]> = (value, member) =>
  list(value, member).map((entry, index) => text(entry, `${member}[${index}]`));

/** Checks only the shape. The rules for keys are the same for every client. */
const key: Reader<Jwk> = (value, member) => {
  const members = object(value, member);
  const kty = text(members.kty ?? null, `${member}.kty`);
  for (const name of ['kid', 'use', 'alg']) optional(members[name], text, `${member}.${name}`);
  return { ...Object.fromEntries(Object.entries(members).filter(([, entry]) => entry !== null)), kty };
};

const keySet: Reader<JwkSet> = (value, member) => ({
  keys: (optional(object(value, member).keys, list, `${member}.keys`) ?? []).map((entry, index) =>
    key(entry, `${member}.keys[${index}]`),
  ),
});

const optional = <Value>(value: JsonValue | undefined, read: Reader<Value>, member: string): Value | null =>
  value === undefined || value === null ? null : read(value, member);

const readers: {
  readonly [Member in keyof SelfRegisteredMetadata]: Reader<NonNullable<SelfRegisteredMetadata[Member]>>;
} = {
  name: text,
  redirectUris: texts,
  grantTypes: texts,
  responseTypes: texts,
  scope: text,
  policyUri: text,
  tosUri: text,
  clientUri: text,
  logoUri: text,
  contacts: texts,
  subjectType: text,
  sectorIdentifierUri: text,
  jwksUri: text,
  jwks: keySet,
  tokenEndpointAuthMethod: text,
  requestUris: texts,
  requestObjectSigningAlg: text,
  userinfoSignedResponseAlg: text,
  idTokenSignedResponseAlg: text,
  defaultMaxAge: integer,
  requireAuthTime: flag,
  defaultAcrValues: texts,
  applicationType: text,
  initiateLoginUri: text,
};

/** A member that the client left out is empty. */
const readMetadata = (body: JsonObject): SelfRegisteredMetadata =>
  Object.fromEntries(
    selfRegisteredMembers.map((member) => {
      const name = clientNames[member];
      const given = optional<unknown>(body[name], readers[member], name);
      return [member, given === null || given === '' ? emptyClientMetadata[member] : given];
    }),
  ) as SelfRegisteredMetadata;

const readObject = (body: JsonValue): JsonObject => {
  if (!isObject(body)) throw oauthError('invalid_client_metadata', 'The body must be an object.');
  return body;
};

/** RFC 7591 §3.1. */
export const readRegistration = (
  json: JsonValue,
): { readonly metadata: SelfRegisteredMetadata; readonly softwareStatement: string | undefined } => {
  const body = readObject(json);
  return {
    metadata: readMetadata(body),
    softwareStatement: optional(body.software_statement, text, 'software_statement') || undefined,
  };
};

/** RFC 7592 §2.2: the client MUST NOT send these back. */
const setByTheServer = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
];

/** RFC 7592 §2.2: the client repeats its id, and may repeat its secret. */
export const readReplacement = (
  json: JsonValue,
  clientId: string,
): { readonly metadata: SelfRegisteredMetadata; readonly secret: string | undefined } => {
  const body = readObject(json);
  const refused = setByTheServer.find((member) => member in body);
  if (refused) throw oauthError('invalid_client_metadata', `${refused} must not be sent (RFC 7592 §2.2).`);
  if (text(body.client_id ?? null, 'client_id') !== clientId) {
    throw oauthError('invalid_client_metadata', 'client_id must be the id of this client.');
  }
  return {
    metadata: readMetadata(body),
    secret: optional(body.client_secret, text, 'client_secret') || undefined,
  };
};

/** RFC 7591 §3.2.1 and RFC 7592 §3. The secret is shown only when it is new: the server keeps only its hash. */
export const presentRegistration = (
  { client, secret, registrationToken }: RegisteredClient,
  issuer: string,
): JsonObject => ({
  client_id: client.id,
  ...(secret === null ? {} : { client_secret: secret }),
  client_id_issued_at: client.createdAt,
  ...(usesSecret(client) ? { client_secret_expires_at: 0 } : {}),
  registration_access_token: registrationToken,
  registration_client_uri: urlBelow(issuer, `${paths.registration}/${encodeURIComponent(client.id)}`),
  ...presentMetadata(client),
});

/** The registered metadata with defaults. Plain userinfo has no algorithm: `none` would mean an unsigned JWT. */
const presentMetadata = ({ metadata }: Client): JsonObject => {
  const shown = selfRegisteredMembers.filter(
    (member) =>
      !isUnset(metadata[member]) &&
      !(member === 'userinfoSignedResponseAlg' && metadata.userinfoSignedResponseAlg === 'none'),
  );
  return {
    ...Object.fromEntries(shown.map((member) => [clientNames[member], metadata[member] as JsonValue])),
    ...(metadata.jwks ? { jwks: { keys: metadata.jwks.keys.map(publicPart) } } : {}),
  };
};
