// A registered client, and what it may do. Registration rules are in client-metadata.ts.
import type { StandardClaims } from './claims-request.ts';
import type { ClientAlgorithm } from './client-jws-algorithms.ts';
import { type ClientLifespans, noLifespans } from './client-lifespans.ts';
import type { Hashed } from './hashed.ts';
import type { JwkSet } from './jwk.ts';
import type { ResponseType } from './response-type.ts';
import type { SigningAlgorithm } from './server-signing-algorithms.ts';
import type { EpochSeconds } from './time.ts';
import type { AccessTokenStrategy } from './token.ts';

/** A value that the server does not support. It can be registered only with `laxClientMetadata`, and is never used. */
export type UnsupportedValue = string & { readonly [unsupported]: true };

declare const unsupported: unique symbol;

/** RFC 7591 §2. */
export type AuthMethod = (typeof authMethods)[number];

export const authMethods = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'none',
] as const;

/** RFC 7591 §2. */
export type GrantType = (typeof grantTypes)[number];

export const grantTypes = ['authorization_code', 'implicit', 'refresh_token', 'client_credentials'] as const;

/** OpenID Connect Core §8. */
export type SubjectType = 'public' | 'pairwise';

/**
 * A client's registered metadata, which has passed the rules of client-metadata.ts (OpenID Connect Registration §2, with the
 * names of the 2018 API). null: unset.
 */
export interface ClientMetadata extends ClientLifespans {
  readonly name: string | null;
  readonly redirectUris: readonly string[];
  /** Empty means authorization_code only (RFC 7591 §2). */
  readonly grantTypes: readonly (GrantType | UnsupportedValue)[];
  /** Each entry is one allowed combination, such as `code id_token`. Empty means `code` only (RFC 7591 §2). */
  readonly responseTypes: readonly (ResponseType | UnsupportedValue)[];
  /** Allowed scopes, space separated; patterns under the scope strategy. '' allows none. */
  readonly scope: string;
  /** The audiences that it may request for its access tokens. */
  readonly audience: readonly string[];
  readonly owner: string | null;
  readonly policyUri: string | null;
  readonly tosUri: string | null;
  readonly clientUri: string | null;
  readonly logoUri: string | null;
  readonly contacts: readonly string[];
  readonly subjectType: SubjectType;
  readonly sectorIdentifierUri: string | null;
  readonly jwksUri: string | null;
  readonly jwks: JwkSet | null;
  readonly tokenEndpointAuthMethod: AuthMethod | UnsupportedValue;
  readonly requestUris: readonly string[];
  readonly requestObjectSigningAlg: 'none' | ClientAlgorithm | null;
  /** `none` for plain JSON, else the JWS algorithm of the userinfo response. */
  readonly userinfoSignedResponseAlg: 'none' | SigningAlgorithm;
  /** The JWS algorithm of its ID tokens; null for the server's default. */
  readonly idTokenSignedResponseAlg: SigningAlgorithm | null;
  /** Under the name that today's Hydra has for it; null for the server's default. */
  readonly accessTokenStrategy: AccessTokenStrategy | null;
  /** Where claims appear that a scope asks for; null for the server's default. */
  readonly standardClaims: StandardClaims | null;
  /** null counts as `web` (OpenID Connect Registration §2). */
  readonly applicationType: 'web' | 'native' | null;
  /** The URL at which another site can start a login (OpenID Connect Core §4). */
  readonly initiateLoginUri: string | null;
  /** Seconds, for requests without max_age. */
  readonly defaultMaxAge: number | null;
  /** Kept as registered: every ID token has auth_time. */
  readonly requireAuthTime: boolean;
  /** For requests that name none. */
  readonly defaultAcrValues: readonly string[];
}

/** Members of the metadata whose values are checked when a client is registered. */
interface UncheckedMembers {
  readonly grantTypes: readonly string[];
  readonly responseTypes: readonly string[];
  readonly subjectType: string | null;
  readonly tokenEndpointAuthMethod: string | null;
  readonly requestObjectSigningAlg: string | null;
  readonly userinfoSignedResponseAlg: string | null;
  readonly idTokenSignedResponseAlg: string | null;
  readonly accessTokenStrategy: string | null;
  readonly standardClaims: string | null;
  readonly applicationType: string | null;
}

/** Metadata as a registration request proposes it, before it is checked. */
export type ProposedMetadata = Omit<ClientMetadata, keyof UncheckedMembers> & UncheckedMembers;

/** All members unset. A registration sets the ones that it needs. */
export const emptyClientMetadata: ProposedMetadata = {
  name: null,
  redirectUris: [],
  grantTypes: [],
  responseTypes: [],
  scope: '',
  audience: [],
  owner: null,
  policyUri: null,
  tosUri: null,
  clientUri: null,
  logoUri: null,
  contacts: [],
  subjectType: null,
  sectorIdentifierUri: null,
  jwksUri: null,
  jwks: null,
  tokenEndpointAuthMethod: null,
  requestUris: [],
  requestObjectSigningAlg: null,
  userinfoSignedResponseAlg: null,
  idTokenSignedResponseAlg: null,
  accessTokenStrategy: null,
  standardClaims: null,
  applicationType: null,
  initiateLoginUri: null,
  defaultMaxAge: null,
  requireAuthTime: false,
  defaultAcrValues: [],
  ...noLifespans,
};

interface ClientFields {
  readonly id: string;
  /**
   * A random value, generated when the client is created and copied into every record made for it. A client that is deleted
   * and created again under the same id inherits nothing, regardless of differences between the nodes' clocks.
   */
  readonly incarnation: string;
  readonly createdAt: EpochSeconds;
  readonly updatedAt: EpochSeconds;
  /** Grows by one with every replacement; the store compares it. */
  readonly version: number;
  /** For a client that registered itself: the hash of its registration access token (RFC 7592 §3). */
  readonly registrationTokenHash?: Hashed;
  /**
   * The administrator did not set token_endpoint_auth_method. It is stored and shown as client_secret_basic (RFC 7591
   * §2), which nodes of the previous release enforce.
   */
  readonly authMethodUnstated?: true;
  /** The client registered itself without an initial access token, so nobody has vetted its redirect URIs. */
  readonly registeredOpenly?: true;
  /** The client was created or replaced from files of declarations, so it may be deleted when no file has it. */
  readonly declared?: true;
}

/** RFC 6749 §2.1: a public client cannot keep a secret, so it has none. */
interface PublicClientParts {
  readonly metadata: ClientMetadata & { readonly tokenEndpointAuthMethod: 'none' };
  readonly storedSecret: null;
}

interface ConfidentialClientParts {
  readonly metadata: ClientMetadata & {
    readonly tokenEndpointAuthMethod: Exclude<AuthMethod, 'none'> | UnsupportedValue;
  };
  /** As it is stored: a hash (see SecretHasher), or sealed text for client_secret_jwt. null: the client has none. */
  readonly storedSecret: string | null;
}

export type PublicClient = ClientFields & PublicClientParts;
export type ConfidentialClient = ClientFields & ConfidentialClientParts;
export type Client = PublicClient | ConfidentialClient;

/** The metadata and secret of a client. The secret of a public client is dropped. */
export const withSecret = (
  metadata: ClientMetadata,
  storedSecret: string | null,
): PublicClientParts | ConfidentialClientParts =>
  isOfPublicClient(metadata)
    ? { metadata, storedSecret: null }
    : { metadata: metadata as ConfidentialClientParts['metadata'], storedSecret };

const isOfPublicClient = (metadata: ClientMetadata): metadata is PublicClientParts['metadata'] =>
  metadata.tokenEndpointAuthMethod === 'none';

const basic = 'client_secret_basic';

/**
 * Whether the method counts as not set after an administrator registers or replaces a client. `sent` is null if no
 * method was sent.
 */
export const authMethodStatement = (sent: string | null, current?: Client): Pick<Client, 'authMethodUnstated'> => {
  // RFC 7591 §2 gives a client that registered itself a default that it can rely on.
  if (current?.registrationTokenHash !== undefined) return {};
  // A caller that reads a client, changes it and writes it back sends the method that it was shown.
  const isSentBack = sent === basic && current !== undefined && isAuthMethodUnstated(current);
  return sent === null || isSentBack ? { authMethodUnstated: true } : {};
};

export type StatedMetadata = Pick<Client, 'authMethodUnstated'> & { readonly metadata: ClientMetadata };

/** A node of the previous release may have replaced the metadata and kept the mark. */
export const isAuthMethodUnstated = ({ authMethodUnstated, metadata }: StatedMetadata): boolean =>
  authMethodUnstated === true && metadata.tokenEndpointAuthMethod === basic;

/**
 * A client must use the method that it registered (RFC 7591 §2, token_endpoint_auth_method). If none was stated,
 * its secret may be in the header or in the body (RFC 6749 §2.3.1), because the defaults of client libraries differ.
 */
export const allowsAuthMethod = (client: Client, method: string): boolean =>
  client.metadata.tokenEndpointAuthMethod === method ||
  (method === 'client_secret_post' && isAuthMethodUnstated(client));

/** For a client that the previous release created without one. No generated incarnation has this length. */
export const incarnationByTime = (createdAt: EpochSeconds): string => `t${createdAt.toString(36)}`;

/** How a record names the client that it was made for. */
export interface MadeFor {
  readonly clientId: string;
  /** null: a node of the previous release made the record. */
  readonly clientIncarnation: string | null;
}

/**
 * True if a record created at `createdAt` belongs to this registration, not to an earlier client with the same id.
 * Times are compared only for records without an incarnation: nodes' clocks differ, and a client can be replaced within
 * a second.
 */
export const belongsToRegistration = (
  { clientId, clientIncarnation }: MadeFor,
  client: Client,
  createdAt: EpochSeconds,
): boolean =>
  client.id === clientId &&
  (clientIncarnation === null ? createdAt >= client.createdAt : clientIncarnation === client.incarnation);

/** RFC 6749 §2.1: a public client cannot keep a secret. */
export const isPublic = (client: Client): client is PublicClient => isOfPublicClient(client.metadata);

/** Whether the client authenticates with a secret (RFC 7591 §2, token_endpoint_auth_method). */
export const usesSecret = ({ metadata }: { readonly metadata: ClientMetadata }): boolean =>
  metadata.tokenEndpointAuthMethod.startsWith('client_secret_');

/** RFC 7591 §2: without a registered value the grant type is authorization_code. */
export const allowsGrantType = ({ metadata: { grantTypes } }: Client, grantType: string): boolean =>
  grantTypes.length === 0
    ? grantType === 'authorization_code'
    : grantTypes.some((registered) => registered === grantType);
