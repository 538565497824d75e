// Registration by clients themselves (RFC 7591, RFC 7592), for the OpenAPI document.
import { clientNames, selfRegisteredMembers } from '@claviger/core';
import { clientBody } from '../../admin/wire/client.wire.ts';
import {
  type Answer,
  integer,
  json,
  memberSchemas,
  noContent,
  type Operation,
  object,
  type Schema,
  text,
} from '../../openapi/operation.ts';
import { rateLimited } from './client-authentication.ts';

const tag = 'Client registration';

const { client_id: id, client_secret: secret, ...ofAdministrators } = memberSchemas(clientBody);

const metadata: Readonly<Record<string, Schema>> = Object.fromEntries(
  selfRegisteredMembers.map((member) => [clientNames[member], ofAdministrators[clientNames[member]] ?? {}]),
);

/** Shows what is registered. Unset members are absent. */
const shown = Object.fromEntries(Object.entries(metadata).map(([name, { nullable: _, ...schema }]) => [name, schema]));

const registrationBody = object(
  'ClientRegistration',
  'Every member may be left out. Members that are not listed are ignored.',
  { ...metadata, software_statement: text('Not supported: refused when it is not empty.', { nullable: true }) },
);

const replacementBody = object(
  'ClientRegistrationReplacement',
  'A member that is left out gets its default. Members that are not listed are ignored.',
  {
    client_id: text('The client. It must be that of the path.'),
    client_secret: text('The present secret, if at all.', { nullable: true }),
    ...metadata,
  },
  ['client_id'],
);

const registered = object(
  'RegisteredClient',
  'What is registered. A member that is unset is absent.',
  {
    client_id: { ...id, nullable: false },
    client_secret: { ...secret, nullable: false },
    client_id_issued_at: integer('When the client registered, in seconds since 1970.'),
    client_secret_expires_at: integer('Always 0: secrets do not expire. Absent for a client without a secret.'),
    registration_access_token: text('The bearer token for this registration.'),
    registration_client_uri: text('The address of this registration.'),
    ...shown,
  },
  ['client_id', 'client_id_issued_at', 'registration_access_token', 'registration_client_uri'],
);

const exampleBody = { client_name: 'Photos', redirect_uris: ['https://photos.example/callback'] };

const example = {
  client_id: '0198f0a2-6f0e-7cc1-b3c5-9f1f6c0b7a55',
  client_secret: 'the-secret-of-the-client',
  client_id_issued_at: 1774000000,
  client_secret_expires_at: 0,
  registration_access_token: 'the-token-for-this-registration',
  registration_client_uri: 'https://id.example.com/oauth2/register/0198f0a2-6f0e-7cc1-b3c5-9f1f6c0b7a55',
  ...exampleBody,
  grant_types: ['authorization_code'],
  response_types: ['code'],
  scope: 'openid offline_access',
  subject_type: 'public',
  token_endpoint_auth_method: 'client_secret_basic',
  application_type: 'web',
};

const params = { id: 'The client’s `client_id`.' };

const badMetadata =
  '`invalid_redirect_uri`, `invalid_client_metadata` or `unapproved_software_statement`: the hint names the member. `invalid_request`: the body is not JSON.';
const badToken =
  '`invalid_token`: the token is missing, unknown or of another client. With `WWW-Authenticate: Bearer`.';

const registration = (description: string): Answer => ({ description, content: json(registered, example) });

export const registerClient: Operation = {
  id: 'registerClient',
  tag,
  summary: 'Register a client',
  description: 'RFC 7591 §3. Available only if registration is enabled. docs/registration.md has the rules.',
  caller: 'initial access token',
  body: { content: json(registrationBody, exampleBody) },
  answers: { 201: registration('The registration, with the secret and the token for later changes.') },
  errors: { 400: badMetadata, 401: badToken, 429: rateLimited },
};

export const readRegistration: Operation = {
  id: 'readClientRegistration',
  tag,
  summary: 'Read a registration',
  description: 'RFC 7592 §2.1.',
  params,
  caller: 'registration token',
  answers: { 200: registration('The registration, without the secret.') },
  errors: { 401: badToken },
};

export const replaceRegistration: Operation = {
  id: 'replaceClientRegistration',
  tag,
  summary: 'Replace a registration',
  description:
    'RFC 7592 §2.2. The members that only the server sets must not be sent, such as `registration_access_token`.',
  params,
  caller: 'registration token',
  body: { content: json(replacementBody, { client_id: example.client_id, ...exampleBody }) },
  answers: { 200: registration('The registration. It has a secret only if that is new.') },
  errors: { 400: badMetadata, 401: badToken },
};

export const deleteRegistration: Operation = {
  id: 'deleteClientRegistration',
  tag,
  summary: 'Delete a registration',
  description: 'RFC 7592 §2.3. Deletes the client and revokes its tokens.',
  params,
  caller: 'registration token',
  answers: { 204: noContent('There is no such client any more.') },
  errors: { 401: badToken },
};
