// Where the endpoints live below the issuer. A face that mounts them elsewhere cannot announce them truly.
export const paths = {
  authorize: '/oauth2/auth',
  token: '/oauth2/token',
  revoke: '/oauth2/revoke',
  introspect: '/oauth2/introspect',
  userinfo: '/userinfo',
  registration: '/oauth2/register',
  discovery: '/.well-known/openid-configuration',
  metadata: '/.well-known/oauth-authorization-server',
  jwks: '/.well-known/jwks.json',
  logout: '/oauth2/auth/sessions/login/revoke',
  consentFallback: '/oauth2/fallbacks/consent',
  errorFallback: '/oauth2/fallbacks/error',
  logoutFallback: '/oauth2/fallbacks/logout',
} as const;

/** `path` on the issuer, whose trailing slashes do not count. */
export const urlBelow = (issuer: string, path: string): string => `${issuer.replace(/\/+$/, '')}${path}`;
