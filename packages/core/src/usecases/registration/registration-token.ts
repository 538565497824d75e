// Registration access tokens (RFC 7592 §3): `clv_ra_<secret>.<MAC>`. The MAC is over the client's id too, and is
// checked before any look-up; the store gets only the hash of the whole. The token stays the same as long as the client
// lives.
import { asHashed, type Hashed } from '../../domain/hashed.ts';
import type { System } from '../../ports/system.ts';

type Deps = Pick<System, 'digest' | 'mac' | 'random'>;

const shape = /^(clv_ra_[A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/;

const signedText = (clientId: string, body: string): string => JSON.stringify([clientId, body]);

export interface RegistrationToken {
  /** For the client; never stored. */
  readonly token: string;
  readonly hash: Hashed;
}

export const mintRegistrationToken = ({ digest, mac, random }: Deps, clientId: string): RegistrationToken => {
  const body = `clv_ra_${random.base64url(32)}`;
  const token = `${body}.${mac.sign('registration-token', signedText(clientId, body))}`;
  return { token, hash: asHashed(digest.sha256(token)) };
};

/** The hash to look for; undefined when this server did not make the token for this client. */
export const readRegistrationToken = (
  { digest, mac }: Omit<Deps, 'random'>,
  clientId: string,
  token: string,
): Hashed | undefined => {
  const [, body = '', code = ''] = shape.exec(token) ?? [];
  if (body === '' || !mac.verify('registration-token', signedText(clientId, body), code)) return undefined;
  return asHashed(digest.sha256(token));
};
