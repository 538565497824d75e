// Verifies the signature of a request object and the claims about the object itself (OpenID Connect Core §6.1, RFC 9101
// §6).
import {
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
  type ProtectedHeaderParameters,
  UnsecuredJWT,
} from 'jose';
import { isIssuer } from '../../domain/audience.ts';
import type { Client } from '../../domain/client.ts';
import { asymmetricAlgorithms, macAlgorithms } from '../../domain/client-jws-algorithms.ts';
import { clientClockTolerance } from '../../domain/time.ts';
import { OAuthError } from '../../errors/oauth-error.ts';
import type { Cipher, Clock } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';
import type { KeyFinder } from '../clients/client-keys.ts';
import { openSealedSecret } from '../clients/client-secret.ts';

export type VerifyRequestObject = (client: Client, jwt: string) => Promise<JWTPayload>;

/** RFC 9101 §10.8: a JWT whose type names another purpose is not a request object. */
const types = new Set(['jwt', 'oauth-authz-req+jwt', 'application/oauth-authz-req+jwt']);

/** The algorithms that at least one client may use. */
export const requestObjectAlgorithms: readonly string[] = ['none', ...asymmetricAlgorithms, ...macAlgorithms];

/**
 * OpenID Connect Registration §2, request_object_signing_alg: if unset, any algorithm; `none` only if the operator allows it.
 */
const algorithmsOf = ({ metadata }: Client, allowUnsigned: boolean): readonly string[] => {
  if (metadata.requestObjectSigningAlg !== null) return [metadata.requestObjectSigningAlg];
  return [
    ...(allowUnsigned ? ['none'] : []),
    ...asymmetricAlgorithms,
    ...(metadata.tokenEndpointAuthMethod === 'client_secret_jwt' ? macAlgorithms : []),
  ];
};

const refuse = (hint: string, cause?: unknown): OAuthError => new OAuthError('invalid_request_object', { hint, cause });

interface Deps {
  readonly settings: Pick<Settings, 'allowUnsignedRequestObjects'>;
  readonly issuer: string;
  readonly clock: Clock;
  readonly cipher: Cipher;
  readonly keysOf: (client: Client) => KeyFinder;
}

const headerOf = (jwt: string): ProtectedHeaderParameters => {
  try {
    return decodeProtectedHeader(jwt);
  } catch (cause) {
    throw refuse('The request object is not a JWT.', cause);
  }
};

const checkHeader = (algorithms: readonly string[], { alg = '', typ, enc }: ProtectedHeaderParameters): void => {
  if (enc !== undefined) throw refuse('The request object is encrypted, which this server does not support.');
  if (typ !== undefined && !types.has(String(typ).toLowerCase()))
    throw refuse('The "typ" of the request object is that of another kind of JWT.');
  if (!algorithms.includes(alg)) throw refuse(`The request object may not be signed with "${alg}".`);
};

/** Throws invalid_request_object. */
export const makeVerifyRequestObject = ({ settings, issuer, clock, cipher, keysOf }: Deps): VerifyRequestObject => {
  const verify = async (client: Client, jwt: string, alg: string): Promise<JWTPayload> => {
    const options = {
      clockTolerance: clientClockTolerance,
      // biome-ignore lint/style/noRestrictedGlobals: jose takes its clock as a Date.
      currentDate: new Date(clock.now() * 1000),
    };
    if (alg === 'none') return UnsecuredJWT.decode(jwt, options).payload;
    if (macAlgorithms.some((mac) => mac === alg)) {
      const secret = new TextEncoder().encode(openSealedSecret(cipher, client));
      return (await jwtVerify(jwt, secret, { ...options, algorithms: [alg] })).payload;
    }
    return (await jwtVerify(jwt, keysOf(client), { ...options, algorithms: [alg] })).payload;
  };

  /** OpenID Connect Core §6.1: the claims may be left out, but must be right if present. */
  const checkParties = (client: Client, { iss, aud }: JWTPayload): void => {
    if (iss !== undefined && iss !== client.id) throw refuse('The "iss" of the request object is not the client.');
    if (aud !== undefined && ![aud].flat().some((party) => isIssuer(issuer, party))) {
      throw refuse('The "aud" of the request object does not name the issuer of this server.');
    }
  };

  return async (client, jwt) => {
    const header = headerOf(jwt);
    checkHeader(algorithmsOf(client, settings.allowUnsignedRequestObjects), header);
    let payload: JWTPayload;
    try {
      payload = await verify(client, jwt, header.alg ?? '');
    } catch (cause) {
      if (cause instanceof OAuthError) throw cause;
      const reason = cause instanceof errors.JOSEError ? cause.message : 'the keys of the client are not available';
      throw refuse(`The request object is not valid: ${reason}.`, cause);
    }
    checkParties(client, payload);
    return payload;
  };
};
