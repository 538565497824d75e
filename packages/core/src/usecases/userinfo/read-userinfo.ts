// The UserInfo response (OpenID Connect Core §5.3): the subject, and the claims that the consent app set for ID tokens.
import { isIssuer } from '../../domain/audience.ts';
import type { JsonObject } from '../../domain/json.ts';
import { grantsOpenId } from '../../domain/scope.ts';
import { asSigningAlgorithm } from '../../domain/server-signing-algorithms.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { SigningKeys } from '../../ports/signing-keys.ts';
import type { ActiveToken, FindActiveToken } from '../token/introspect.ts';

/** Claims about a token rather than a person: never part of the answer. */
const technical = new Set(['aud', 'iss', 'nonce', 'at_hash', 'c_hash', 'auth_time', 'iat', 'rat', 'exp', 'jti', 'sub']);

export type Userinfo = {
  /** The client and the person of the token, for logs. */
  readonly clientId: string;
  readonly subject: string;
} & ({ readonly kind: 'json'; readonly claims: JsonObject } | { readonly kind: 'jwt'; readonly jwt: string });

interface Deps {
  readonly issuer: string;
  /** The endpoint's own URL. */
  readonly endpoint: string;
  readonly findActiveToken: FindActiveToken;
  readonly signingKeys: SigningKeys;
}

/**
 * Throws request_unauthorized for any token but an active access token that a person granted, invalid_token for one
 * that is meant for others, and insufficient_scope.
 */
export const makeReadUserinfo = ({ issuer, endpoint, findActiveToken, signingKeys }: Deps) => {
  const checkPurpose = ({ audience, scope }: ActiveToken): void => {
    // RFC 9068 §4, RFC 8707 §2: an API must not be able to use the tokens that it receives here.
    if (audience.length > 0 && !audience.some((entry) => entry === endpoint || isIssuer(issuer, entry))) {
      throw oauthError(
        'invalid_token',
        'The access token is for another audience. To get one for userinfo, send the issuer as "resource" when you redeem the code or refresh.',
      );
    }
    // OpenID Connect Core §5.3: an access token that was obtained through OpenID Connect authentication.
    if (!grantsOpenId(scope)) throw oauthError('insufficient_scope', 'The access token lacks the scope "openid".');
  };

  return async (token: string): Promise<Userinfo> => {
    const active = await findActiveToken(token);
    if (active?.kind !== 'access' || !active.grant) {
      throw oauthError('request_unauthorized', 'Send an active access token of a user as a bearer token.');
    }
    checkPurpose(active);
    const { client, grant } = active;
    const about = Object.entries(grant.session.idToken).filter(([name]) => !technical.has(name));
    const claims: JsonObject = { ...Object.fromEntries(about), sub: grant.subjectIdentifier };
    const alg = asSigningAlgorithm(client.metadata.userinfoSignedResponseAlg);
    const of = { clientId: client.id, subject: grant.subject };
    if (!alg) return { ...of, kind: 'json', claims };
    // OpenID Connect Core §5.3.2: a signed response names its issuer and its audience.
    const signed = { ...claims, iss: issuer, aud: [client.id] };
    return { ...of, kind: 'jwt', jwt: await signingKeys.sign(signed, alg, 'JWT') };
  };
};
