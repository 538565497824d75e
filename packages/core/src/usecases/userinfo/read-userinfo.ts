// The UserInfo response (OpenID Connect Core §5.3): the subject, and what the consent app gave to ID tokens.
import type { JsonObject } from '../../domain/json.ts';
import { asSigningAlgorithm } from '../../domain/signing-algorithm.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { SigningKeys } from '../../ports/signing-keys.ts';
import type { FindActiveToken } from '../token/introspect.ts';

/** Claims about a token rather than a person: never part of the answer. */
const technical = new Set(['aud', 'iss', 'nonce', 'at_hash', 'c_hash', 'auth_time', 'iat', 'rat', 'exp', 'jti', 'sub']);

export type Userinfo =
  | { readonly kind: 'json'; readonly claims: JsonObject }
  | { readonly kind: 'jwt'; readonly jwt: string };

interface Deps {
  readonly issuer: string;
  readonly findActiveToken: FindActiveToken;
  readonly signingKeys: SigningKeys;
}

/** Throws request_unauthorized for any token but an active access token that a person granted. */
export const makeReadUserinfo =
  ({ issuer, findActiveToken, signingKeys }: Deps) =>
  async (token: string): Promise<Userinfo> => {
    const active = await findActiveToken(token);
    if (active?.kind !== 'access' || !active.grant) {
      throw oauthError(
        'request_unauthorized',
        'A live access token that a person granted is needed, as a bearer token.',
      );
    }
    const { client, grant } = active;
    const about = Object.entries(grant.session.idToken).filter(([name]) => !technical.has(name));
    const claims: JsonObject = { ...Object.fromEntries(about), sub: grant.subjectIdentifier };
    const alg = asSigningAlgorithm(client.metadata.userinfoSignedResponseAlg);
    if (!alg) return { kind: 'json', claims };
    // OpenID Connect Core §5.3.2: a signed response names its issuer and its audience.
    const signed = { ...claims, iss: issuer, aud: [client.id] };
    return { kind: 'jwt', jwt: await signingKeys.sign(signed, alg, 'JWT') };
  };
