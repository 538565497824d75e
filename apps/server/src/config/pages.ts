// The pages to which the server sends people: those of the operator, or the built-in ones.
import { isLoopbackUrl, paths, urlBelow } from '@claviger/core';
import type { Values } from './variables.ts';

export interface Pages {
  /** The built-in login and consent pages, which let anyone in. */
  readonly builtIn: boolean;
  /** Whether they can be opened from other machines too. */
  readonly anywhere: boolean;
  readonly loginUrl: string;
  readonly consentUrl: string;
  readonly errorUrl: string | null;
  readonly logoutRedirectUrl: string;
}

/** Where the built-in pages are, below the issuer. */
export const builtInPages = { login: '/dev/login', consent: '/dev/consent', callback: '/dev/callback' } as const;

export const pagesOf = (values: Values): Pages => {
  const { issuer, loginUrl, consentUrl, errorUrl, logoutRedirectUrl } = values;
  const builtIn = loginUrl === null && consentUrl === null && (isLoopbackUrl(issuer) || values.builtInPages);
  const missing = urlBelow(issuer, paths.consentFallback);
  return {
    builtIn,
    anywhere: builtIn && values.builtInPages,
    loginUrl: loginUrl ?? (builtIn ? urlBelow(issuer, builtInPages.login) : missing),
    consentUrl: consentUrl ?? (builtIn ? urlBelow(issuer, builtInPages.consent) : missing),
    errorUrl,
    logoutRedirectUrl: logoutRedirectUrl ?? urlBelow(issuer, paths.logoutFallback),
  };
};
