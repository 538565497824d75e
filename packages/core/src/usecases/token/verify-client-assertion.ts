// Client authentication with a JWT (RFC 7523 §3, OpenID Connect Core §9): private_key_jwt and client_secret_jwt.
import { decodeJwt, errors, type JWTPayload, type JWTVerifyOptions, type JWTVerifyResult, jwtVerify } from 'jose';
import { isIssuer } from '../../domain/audience.ts';
import type { Client } from '../../domain/client.ts';
import { asymmetricAlgorithms, macAlgorithms } from '../../domain/client-jws-algorithms.ts';
import { asHashed } from '../../domain/hashed.ts';
import { clientClockTolerance, epochSeconds, seconds } from '../../domain/time.ts';
import { OAuthError, oauthError } from '../../errors/oauth-error.ts';
import { StoreUnavailable } from '../../errors/store-unavailable.ts';
import type { ClientStore } from '../../ports/client-store.ts';
import type { LeaseStore } from '../../ports/lease-store.ts';
import type { System } from '../../ports/system.ts';
import type { KeyFinder } from '../clients/client-keys.ts';
import { openSealedSecret, resealSecret } from '../clients/client-secret.ts';

export const assertionAlgorithms: readonly string[] = [...asymmetricAlgorithms, ...macAlgorithms];

/** The store remembers each assertion until it expires. An assertion that lives longer than this is refused. */
const longestLife = seconds(24 * 3600);

/** Seconds for which its use is remembered after that: the clock of the node that removes it may be ahead. */
const clockSkew = 60;

interface Deps {
  readonly system: System;
  readonly leases: LeaseStore;
  readonly clientStore: Pick<ClientStore, 'replace'>;
  readonly keysOf: (client: Client) => KeyFinder;
  readonly issuer: string;
  /** URLs of this server's endpoints. */
  readonly endpoints: readonly string[];
}

/** The subject that the assertion claims, before anything is verified. */
export const claimedClient = (assertion: string): string | undefined => {
  try {
    const { sub }: { readonly sub?: unknown } = decodeJwt(assertion);
    return typeof sub === 'string' ? sub : undefined;
  } catch {
    return undefined;
  }
};

const refuse = (hint: string, cause?: unknown): OAuthError => new OAuthError('invalid_client', { hint, cause });

/** RFC 9101 §10.8: request objects travel through the browser. A found one must not work as an assertion. */
const isRequestObject = ({ protectedHeader: { typ = '' }, payload }: JWTVerifyResult): boolean =>
  /^(application\/)?oauth-authz-req\+jwt$/i.test(typ) || 'response_type' in payload || 'redirect_uri' in payload;

export type VerifyClientAssertion = (client: Client, assertion: string) => Promise<void>;

/** Throws invalid_client unless the assertion is valid, is this client's, and was not used before. */
export const makeVerifyClientAssertion = (deps: Deps): VerifyClientAssertion => {
  const { system, leases, clientStore, keysOf, issuer, endpoints } = deps;

  const verify = async (client: Client, assertion: string): Promise<JWTVerifyResult> => {
    const options: JWTVerifyOptions = {
      issuer: client.id,
      subject: client.id,
      requiredClaims: ['aud', 'exp', 'jti'],
      clockTolerance: clientClockTolerance,
      // biome-ignore lint/style/noRestrictedGlobals: jose takes its clock as a Date.
      currentDate: new Date(system.clock.now() * 1000),
    };
    if (client.metadata.tokenEndpointAuthMethod === 'client_secret_jwt') {
      const secret = new TextEncoder().encode(openSealedSecret(system.cipher, client));
      return jwtVerify(assertion, secret, { ...options, algorithms: [...macAlgorithms] });
    }
    return jwtVerify(assertion, keysOf(client), { ...options, algorithms: [...asymmetricAlgorithms] });
  };

  /**
   * RFC 7523 §3: `aud` is this server, named by its issuer or the endpoint. Some clients send both. No other audience
   * is allowed, because another server that receives the same assertion could use it here.
   */
  const isForUsAlone = ({ aud = [] }: JWTPayload): boolean => {
    const parties = [aud].flat();
    return parties.length > 0 && parties.every((party) => isIssuer(issuer, party) || endpoints.includes(party));
  };

  const useOnce = async (client: Client, { jti = '', exp = 0 }: JWTPayload): Promise<void> => {
    const now = system.clock.now();
    if (exp - now > longestLife) throw refuse('The client_assertion is valid for more than a day.');
    // RFC 7523 §3: the jti prevents replay. It is a one-time value: no other request has this holder's name, so nobody
    // can renew the lease.
    const name = asHashed(system.digest.sha256(JSON.stringify(['jti', client.id, jti])));
    // RFC 7519 §2: a NumericDate may have a fraction.
    const until = epochSeconds(Math.ceil(exp) + clientClockTolerance + clockSkew);
    const isFirst = await leases.acquire({ name, holder: system.random.uuid(), until }, now);
    if (!isFirst) throw refuse('The client_assertion was used before.');
  };

  /** So that an older system secret can be removed. */
  const resealItsSecret = async (client: Client): Promise<void> => {
    try {
      const resealed = resealSecret(system.cipher, client);
      if (resealed) await clientStore.replace(resealed, client.version);
    } catch {
      // The assertion is still valid. `claviger reseal` reports what fails.
    }
  };

  return async (client, assertion) => {
    const method = client.metadata.tokenEndpointAuthMethod;
    if (method !== 'private_key_jwt' && method !== 'client_secret_jwt') {
      throw oauthError('invalid_client', 'The client is not registered for client assertions.');
    }
    let verified: JWTVerifyResult;
    try {
      verified = await verify(client, assertion);
    } catch (cause) {
      if (cause instanceof StoreUnavailable) throw cause;
      const reason = cause instanceof errors.JOSEError ? cause.message : 'its keys are not available';
      throw refuse(`The client_assertion is not valid: ${reason}.`, cause);
    }
    if (!isForUsAlone(verified.payload)) {
      throw refuse('The "aud" of the client_assertion must contain only this server\'s issuer or its endpoints.');
    }
    if (isRequestObject(verified)) throw refuse('The client_assertion is a request object.');
    await useOnce(client, verified.payload);
    await resealItsSecret(client);
  };
};
