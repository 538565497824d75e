// The paths of the endpoints below the issuer. Discovery announces them, so every listener serves the endpoints at these paths.
export const paths = {
  authorize: '/oauth2/auth',
  token: '/oauth2/token',
  revoke: '/oauth2/revoke',
  introspect: '/oauth2/introspect',
  userinfo: '/userinfo',
  /** A client's own registration is one segment below: `/oauth2/register/<client id>` (RFC 7592 §2). */
  registration: '/oauth2/register',
  discovery: '/.well-known/openid-configuration',
  metadata: '/.well-known/oauth-authorization-server',
  jwks: '/.well-known/jwks.json',
  logout: '/oauth2/auth/sessions/login/revoke',
  consentFallback: '/oauth2/fallbacks/consent',
  errorFallback: '/oauth2/fallbacks/error',
  logoutFallback: '/oauth2/fallbacks/logout',
} as const;

/** The URL of `path` below the issuer. The issuer may end with a slash. */
export const urlBelow = (issuer: string, path: string): string => `${issuer.replace(/\/+$/, '')}${path}`;
