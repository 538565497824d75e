// Redirect URIs that a client registers for itself. Codes and tokens are sent there, so the rules are stricter than for
// URIs that an administrator registers.
import { oauthError } from '../errors/oauth-error.ts';
import type { ProposedMetadata } from './client.ts';
import { isLoopbackUrl } from './loopback.ts';
import { isWebUrl, redirectUriFault } from './web-url.ts';

/** Throws invalid_redirect_uri. */
export const checkOwnRedirectUris = (metadata: ProposedMetadata): void => {
  const { redirectUris, grantTypes, applicationType } = metadata;
  const redirects = grantTypes.includes('authorization_code') || grantTypes.includes('implicit');
  // RFC 7591 §2: clients of flows with redirection MUST register their redirect URIs.
  if (redirects && redirectUris.length === 0) throw refuse('redirect_uris must have at least one URI.');
  for (const uri of redirectUris) {
    const fault = faultOf(uri, applicationType, grantTypes.includes('implicit'));
    if (fault) throw refuse(`redirect_uris: ${JSON.stringify(uri)} ${fault}.`);
  }
};

const refuse = (hint: string) => oauthError('invalid_redirect_uri', hint);

const faultOf = (uri: string, applicationType: string | null, implicit: boolean): string | undefined => {
  const fault = redirectUriFault(uri);
  if (fault) return fault;
  if (applicationType === 'native') return isNative(uri) ? undefined : nativeRule;
  if (isWebUrl(uri, ['https:'])) {
    return implicit && isLoopbackUrl(uri)
      ? 'has a loopback host, which a web client with the implicit grant must not use'
      : undefined;
  }
  if (isWebUrl(uri, ['http:']) && isLoopbackUrl(uri)) {
    // OpenID Connect Registration §2, application_type.
    return implicit ? 'is not https, which a web client with the implicit grant must use' : undefined;
  }
  return 'is not https; http is allowed on a loopback host only';
};

const nativeRule =
  'must be https, http on a loopback host, or have a private-use scheme with a period, such as com.example.app:/callback';

/**
 * RFC 8252 §7.1 to §7.3. A scheme with a period is a reversed domain name. Schemes of systems and browsers have none.
 */
const isNative = (uri: string): boolean => {
  if (isWebUrl(uri, ['https:'])) return true;
  if (/^https?:/i.test(uri)) return isWebUrl(uri) && isLoopbackUrl(uri);
  return /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:[^\s\p{Cc}]+$/iu.test(uri) && URL.canParse(uri);
};
