// A registered client, and what it may do. Registration rules are in client-metadata.ts.
import type { Hashed } from './hashed.ts';
import type { JwkSet } from './jwk.ts';
import type { EpochSeconds } from './time.ts';

/**
 * What an administrator registers (OpenID Connect Registration §2, with the names of the 2018 API). Texts are '' when
 * unset.
 */
export interface ClientMetadata {
  readonly name: string;
  readonly redirectUris: readonly string[];
  /** Empty means authorization_code only (RFC 7591 §2). */
  readonly grantTypes: readonly string[];
  /** Each entry is one allowed combination, such as `code id_token`. Empty means `code` only (RFC 7591 §2). */
  readonly responseTypes: readonly string[];
  /** Allowed scopes, space separated; patterns under the scope strategy. */
  readonly scope: string;
  /** The audiences that it may request for its access tokens. */
  readonly audience: readonly string[];
  readonly owner: string;
  readonly policyUri: string;
  readonly tosUri: string;
  readonly clientUri: string;
  readonly logoUri: string;
  readonly contacts: readonly string[];
  readonly subjectType: string;
  readonly sectorIdentifierUri: string;
  readonly jwksUri: string;
  readonly jwks: JwkSet | null;
  readonly tokenEndpointAuthMethod: string;
  readonly requestUris: readonly string[];
  readonly requestObjectSigningAlg: string;
  /** `none` for plain JSON, else the JWS algorithm of the userinfo response. */
  readonly userinfoSignedResponseAlg: string;
  /** The JWS algorithm of its ID tokens; '' for the server's default. */
  readonly idTokenSignedResponseAlg: string;
  /** `opaque` or `jwt`, under the name that today's Hydra has for it; '' for the server's default. */
  readonly accessTokenStrategy: string;
  /** `both` or `userinfo`: where claims appear that a scope asks for; '' for the server's default. */
  readonly standardClaims: string;
  /** `web` or `native`; '' counts as `web` (OpenID Connect Registration §2). */
  readonly applicationType: string;
  /** The URL at which another site can start a login (OpenID Connect Core §4). */
  readonly initiateLoginUri: string;
  /** Seconds, for requests without max_age; null when unset. */
  readonly defaultMaxAge: number | null;
  /** Kept as registered: every ID token has auth_time. */
  readonly requireAuthTime: boolean;
  /** For requests that name none. */
  readonly defaultAcrValues: readonly string[];
}

/** All members unset. A registration sets the ones that it needs. */
export const emptyClientMetadata: ClientMetadata = {
  name: '',
  redirectUris: [],
  grantTypes: [],
  responseTypes: [],
  scope: '',
  audience: [],
  owner: '',
  policyUri: '',
  tosUri: '',
  clientUri: '',
  logoUri: '',
  contacts: [],
  subjectType: '',
  sectorIdentifierUri: '',
  jwksUri: '',
  jwks: null,
  tokenEndpointAuthMethod: '',
  requestUris: [],
  requestObjectSigningAlg: '',
  userinfoSignedResponseAlg: '',
  idTokenSignedResponseAlg: '',
  accessTokenStrategy: '',
  standardClaims: '',
  applicationType: '',
  initiateLoginUri: '',
  defaultMaxAge: null,
  requireAuthTime: false,
  defaultAcrValues: [],
};

export interface Client {
  readonly id: string;
  readonly metadata: ClientMetadata;
  /**
   * The client's secret as it is stored: a hash (see SecretHasher), or for client_secret_jwt sealed text that the
   * server can open. '' for a client without a secret.
   */
  readonly storedSecret: string;
  /**
   * A random value, generated when the client is created and copied into every record made for it. A client that is deleted
   * and created again under the same id inherits nothing, regardless of differences between the nodes' clocks.
   */
  readonly incarnation: string;
  readonly createdAt: EpochSeconds;
  readonly updatedAt: EpochSeconds;
  /** Grows by one with every replacement; the store compares it. */
  readonly version: number;
  /** Of a client that registered itself: what its registration access token is recognised by (RFC 7592 §3). */
  readonly registrationTokenHash?: Hashed;
  /**
   * The administrator named no token_endpoint_auth_method. It is stored and shown as client_secret_basic (RFC 7591 §2),
   * which nodes of the release before hold it to.
   */
  readonly authMethodUnstated?: true;
  /** The client registered itself without an initial access token, so nobody has vetted its redirect URIs. */
  readonly registeredOpenly?: true;
}

const basic = 'client_secret_basic';

/** Of a client after a registration or replacement by an administrator; `sent` is '' when none was sent. */
export const authMethodStatement = (sent: string, current?: Client): Pick<Client, 'authMethodUnstated'> => {
  // RFC 7591 §2 gives a client that registered itself a default that it can rely on.
  if (current?.registrationTokenHash !== undefined) return {};
  // A caller that reads a client, changes it and writes it back sends the method that it was shown.
  const isSentBack = sent === basic && current !== undefined && isAuthMethodUnstated(current);
  return sent === '' || isSentBack ? { authMethodUnstated: true } : {};
};

/** A node of the previous release may have replaced the metadata and kept the mark. */
const isAuthMethodUnstated = ({ authMethodUnstated, metadata }: Client): boolean =>
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
export const isPublic = (client: Client): boolean => client.metadata.tokenEndpointAuthMethod === 'none';

/** Whether the client authenticates with a secret (RFC 7591 §2, token_endpoint_auth_method). */
export const usesSecret = ({ metadata }: Client): boolean =>
  metadata.tokenEndpointAuthMethod.startsWith('client_secret_');

/** RFC 7591 §2: without a registered value the grant type is authorization_code. */
export const allowsGrantType = ({ metadata: { grantTypes } }: Client, grantType: string): boolean =>
  grantTypes.length === 0 ? grantType === 'authorization_code' : grantTypes.includes(grantType);
