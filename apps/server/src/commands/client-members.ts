// The options that name the members of a client, and how they become the body of a request.
import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import type { clientNames } from '@claviger/core';
import { Option } from '@commander-js/extra-typings';
import { isJsonObject, type JsonObject, type JsonValue, parseJsonObject } from '../admin-client/json.ts';
import type { AdminCommand } from './admin-options.ts';
import { CommandError, exitCodes } from './command-context.ts';

type Kind = 'text' | 'list' | 'number' | 'flag' | 'json file';

type Member = (typeof clientNames)[keyof typeof clientNames];

const lifespan = (token: string, grant: string): readonly [Kind, string] => [
  'text',
  `Lifespan of ${token} from the grant ${grant}, such as 1h30m.`,
];

/** docs/admin-api.md has the full meaning of each member. */
const members: Readonly<Record<Member, readonly [kind: Kind, meaning: string]>> = {
  client_name: ['text', 'The name that users see.'],
  redirect_uris: ['list', 'A URI that browsers may be sent back to.'],
  grant_types: ['list', 'authorization_code, implicit, refresh_token or client_credentials.'],
  response_types: ['list', 'An allowed combination, such as "code" or "code id_token".'],
  scope: ['text', 'The scopes that the client may request, separated by spaces.'],
  audience: ['list', 'An API that the client may request access tokens for.'],
  owner: ['text', 'Free text for the operator.'],
  policy_uri: ['text', 'The privacy policy.'],
  tos_uri: ['text', 'The terms of service.'],
  client_uri: ['text', 'The home page.'],
  logo_uri: ['text', 'The logo.'],
  contacts: ['list', 'An address of someone responsible for the client.'],
  subject_type: ['text', 'public or pairwise.'],
  sector_identifier_uri: ['text', 'An https URL with the redirect URIs of all clients of the sector.'],
  jwks_uri: ['text', 'The URL of the public keys of the client.'],
  jwks: ['json file', 'A JSON file with the public keys of the client (JWK Set).'],
  token_endpoint_auth_method: [
    'text',
    'client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt or none.',
  ],
  request_uris: ['list', 'An allowed value of request_uri.'],
  request_object_signing_alg: ['text', 'The algorithm that request objects must be signed with.'],
  userinfo_signed_response_alg: ['text', 'none for JSON, or the algorithm of the signed JWT.'],
  id_token_signed_response_alg: ['text', 'The algorithm of ID tokens.'],
  access_token_strategy: ['text', 'opaque or jwt.'],
  standard_claims: ['text', 'Where claims of scopes appear: both or userinfo.'],
  application_type: ['text', 'web or native.'],
  initiate_login_uri: ['text', 'Where other sites can start a login.'],
  default_max_age: ['number', 'The default max_age, in seconds.'],
  require_auth_time: ['flag', 'true or false.'],
  default_acr_values: ['list', 'An entry of the default acr_values.'],
  authorization_code_grant_access_token_lifespan: lifespan('access tokens', 'authorization_code'),
  authorization_code_grant_id_token_lifespan: lifespan('ID tokens', 'authorization_code'),
  authorization_code_grant_refresh_token_lifespan: lifespan('refresh tokens', 'authorization_code'),
  refresh_token_grant_access_token_lifespan: lifespan('access tokens', 'refresh_token'),
  refresh_token_grant_id_token_lifespan: lifespan('ID tokens', 'refresh_token'),
  refresh_token_grant_refresh_token_lifespan: lifespan('refresh tokens', 'refresh_token'),
  implicit_grant_access_token_lifespan: lifespan('access tokens', 'implicit'),
  implicit_grant_id_token_lifespan: lifespan('ID tokens', 'implicit'),
  client_credentials_grant_access_token_lifespan: lifespan('access tokens', 'client_credentials'),
};

/** The option of a member: `redirect_uris` is `--redirect-uris`, `client_name` is `--name`. */
const flagOf = (member: string): string => `--${member.replace(/^client_(?=name$)/, '').replaceAll('_', '-')}`;

const append = (value: string, earlier: unknown): readonly string[] => [
  ...(Array.isArray(earlier) ? earlier : []),
  value,
];

const hints: Readonly<Record<Kind, string>> = {
  text: '<text>',
  list: '<text>',
  number: '<seconds>',
  flag: '<boolean>',
  'json file': '<file>',
};

const optionOf = (member: string, [kind, meaning]: readonly [Kind, string]): Option => {
  const repeated = kind === 'list' ? ' May be repeated.' : '';
  const option = new Option(`${flagOf(member)} ${hints[kind]}`, `${meaning}${repeated}`);
  return kind === 'list' ? option.argParser(append) : option;
};

export interface SecretOptions {
  readonly secret?: string | undefined;
  readonly secretFile?: string | undefined;
  readonly file?: string | undefined;
}

/** Adds an option for each member, and those for secrets and files. */
export const withMemberOptions = (command: AdminCommand) => {
  const extended = command
    .option('--secret <text>', 'The secret. Other users may see it in the list of processes: prefer --secret-file.')
    .option('--secret-file <file>', 'A file with the secret, or - for standard input.')
    .option('--file <file>', 'A JSON or YAML file with members, or - for standard input. Options override it.');
  for (const [member, declared] of Object.entries(members)) extended.addOption(optionOf(member, declared));
  return extended;
};

/** `-` is standard input. */
export const readInput = async (file: string): Promise<string> => {
  try {
    return file === '-' ? await readAll(process.stdin) : await readFile(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new CommandError(`The file cannot be read (${reason}): ${file}`, exitCodes.usage, { cause });
  }
};

/** JSON is YAML too. The message of the parser names line and column, and could quote a secret, so only these are kept. */
export const readDocument = async (file: string): Promise<unknown> => {
  const text = await readInput(file);
  const { parse } = await import('yaml');
  try {
    const parsed: unknown = parse(text, { prettyErrors: true });
    return parsed;
  } catch (error) {
    const place = error instanceof Error ? (/at line \d+, column \d+/.exec(error.message)?.[0] ?? '') : '';
    throw new CommandError(`${file} is not valid JSON or YAML ${place}`.trimEnd(), exitCodes.usage);
  }
};

const readObject = async (file: string): Promise<JsonObject> => {
  const document = await readDocument(file);
  if (isJsonObject(document)) return document;
  throw new CommandError(`${file} must hold one object with the members of a client.`, exitCodes.usage);
};

const wrong = (member: string, right: string): CommandError =>
  new CommandError(`${flagOf(member)} must be ${right}.`, exitCodes.usage);

const readMember = async (member: string, kind: Kind, given: unknown): Promise<JsonValue> => {
  if (kind === 'list') return Array.isArray(given) ? given.map(String) : [];
  const text = String(given);
  if (kind === 'text') return text;
  if (kind === 'number') {
    if (/^\d{1,9}$/.test(text)) return Number(text);
    throw wrong(member, 'a whole number of seconds');
  }
  if (kind === 'flag') {
    if (text === 'true' || text === 'false') return text === 'true';
    throw wrong(member, 'true or false');
  }
  const keys = parseJsonObject(await readInput(text));
  if (keys) return keys;
  throw wrong(member, 'a file with a JSON object');
};

const secretOf = async ({ secret, secretFile }: SecretOptions): Promise<string | undefined> => {
  if (secret !== undefined && secretFile !== undefined) {
    throw new CommandError('Pass only one of --secret and --secret-file.', exitCodes.usage);
  }
  // The line feed at the end of a file is not part of the secret.
  return secretFile === undefined ? secret : (await readInput(secretFile)).replace(/\r?\n$/, '');
};

/** `given`: the options as commander parsed them. The body has only what was passed. */
export const bodyOfOptions = async (given: SecretOptions): Promise<JsonObject> => {
  const values = new Map<string, unknown>(Object.entries(given));
  const secret = await secretOf(given);
  const body: Record<string, JsonValue | undefined> =
    given.file === undefined ? {} : { ...(await readObject(given.file)) };
  for (const [member, [kind]] of Object.entries(members)) {
    const value = values.get(new Option(flagOf(member)).attributeName());
    if (value !== undefined) body[member] = await readMember(member, kind, value);
  }
  return secret === undefined ? body : { ...body, client_secret: secret };
};

export const memberNames: readonly string[] = Object.keys(members);
