// A client's own registration as it travels (RFC 7591 §2 and §3.2.1, OpenID Connect Registration §2). Only the members that
// core lets a client set are read; others are ignored (RFC 7591 §2).
import {
  type Client,
  emptyClientMetadata,
  type RegisteredClient,
  type SelfRegisteredMetadata,
  selfRegisteredMembers,
  urlBelow,
} from '@claviger/core';
import Type from 'typebox';
import { type ClientBody, clientBody, clientNames, isEmpty } from '../../admin/wire/client.wire.ts';
import { fromJwkSet, toJwkSet } from '../../admin/wire/jwk.wire.ts';
import { nullable } from '../../admin/wire/nullable.ts';

type OwnName = (typeof clientNames)[(typeof selfRegisteredMembers)[number]];

const ownProperties = Object.fromEntries(
  selfRegisteredMembers.map((member) => [clientNames[member], clientBody.properties[clientNames[member]]]),
) as Pick<typeof clientBody.properties, OwnName>;

/** RFC 7591 §3.1. */
export const registrationBody = Type.Object({
  ...ownProperties,
  software_statement: nullable(Type.String()),
});

/** RFC 7592 §2.2: the client says who it is, and may repeat its secret. */
export const replacementBody = Type.Object({
  ...ownProperties,
  client_id: Type.String(),
  client_secret: nullable(Type.String()),
});

/** RFC 7592 §2.2: what MUST NOT be sent back. */
export const givenByTheServer = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
];

type MetadataBody = Pick<ClientBody, OwnName>;

export const toSelfRegistered = (body: MetadataBody): SelfRegisteredMetadata => {
  const given = selfRegisteredMembers.map((member) => [
    member,
    body[clientNames[member]] ?? emptyClientMetadata[member],
  ]);
  return { ...(Object.fromEntries(given) as SelfRegisteredMetadata), jwks: body.jwks ? toJwkSet(body.jwks) : null };
};

/** What is registered, defaults included. Plain userinfo has no algorithm; `none` would announce a JWT without signature. */
const fromMetadata = ({ metadata: all }: Client): Record<string, unknown> => {
  const set = selfRegisteredMembers.filter(
    (member) =>
      !isEmpty(all[member]) && !(member === 'userinfoSignedResponseAlg' && all.userinfoSignedResponseAlg === 'none'),
  );
  return {
    ...Object.fromEntries(set.map((member) => [clientNames[member], all[member]])),
    ...(all.jwks ? { jwks: fromJwkSet(all.jwks.keys) } : {}),
  };
};

/** RFC 7591 §3.2.1 and RFC 7592 §3. The secret is there only when it is new: the server keeps but a hash. */
export const fromRegistered = (
  { client, secret, registrationToken }: RegisteredClient,
  issuer: string,
  path: string,
): Record<string, unknown> => ({
  client_id: client.id,
  ...(secret === '' ? {} : { client_secret: secret }),
  client_id_issued_at: client.createdAt,
  ...(client.metadata.tokenEndpointAuthMethod.startsWith('client_secret_') ? { client_secret_expires_at: 0 } : {}),
  registration_access_token: registrationToken,
  registration_client_uri: urlBelow(issuer, `${path}/${encodeURIComponent(client.id)}`),
  ...fromMetadata(client),
});
