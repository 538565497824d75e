// The suite's plans as they were in version 5.2.4: which modules each one runs, and in which variants.
import type { Variant } from './support/given.ts';

export interface Entry {
  readonly variant: Variant;
  readonly modules: readonly string[];
}

const variant = (responseType: string, clientAuth: Variant['clientAuth'] = 'client_secret_basic'): Variant => ({
  responseType,
  responseMode: 'default',
  clientAuth,
});

const scopes = [
  'oidcc-scope-profile',
  'oidcc-scope-email',
  'oidcc-scope-address',
  'oidcc-scope-phone',
  'oidcc-scope-all',
];

const userinfo = ['oidcc-userinfo-get', 'oidcc-userinfo-post-header', 'oidcc-userinfo-post-body'];

/** In every plan of response types, for every one of them. */
const always = [
  'oidcc-server',
  'oidcc-idtoken-signature',
  ...scopes,
  'oidcc-display-page',
  'oidcc-display-popup',
  'oidcc-prompt-login',
  'oidcc-prompt-none-not-logged-in',
  'oidcc-prompt-none-logged-in',
  'oidcc-max-age-1',
  'oidcc-max-age-10000',
  'oidcc-ensure-request-with-unknown-parameter-succeeds',
  'oidcc-id-token-hint',
  'oidcc-login-hint',
  'oidcc-ui-locales',
  'oidcc-claims-locales',
  'oidcc-ensure-request-with-acr-values-succeeds',
  'oidcc-ensure-registered-redirect-uri',
  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported',
  'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported',
  'oidcc-claims-essential',
  'oidcc-ensure-request-object-with-redirect-uri',
];

const withCode = ['oidcc-codereuse', 'oidcc-codereuse-30seconds', 'oidcc-refresh-token'];

const basic: readonly Entry[] = [
  {
    variant: variant('code'),
    modules: [
      ...always,
      ...userinfo,
      ...withCode,
      'oidcc-response-type-missing',
      'oidcc-idtoken-unsigned',
      'oidcc-ensure-request-without-nonce-succeeds-for-code-flow',
      'oidcc-alternate-happy-flow',
      'oidcc-ensure-post-request-succeeds',
      'oidcc-ensure-request-with-valid-pkce-succeeds',
    ],
  },
  { variant: variant('code', 'client_secret_post'), modules: ['oidcc-server-client-secret-post'] },
];

const implicitModules = [...always, 'oidcc-ensure-request-without-nonce-fails', 'oidcc-alternate-happy-flow'];

const implicit: readonly Entry[] = [
  { variant: variant('id_token'), modules: implicitModules },
  { variant: variant('id_token token'), modules: [...implicitModules, ...userinfo, 'oidcc-response-type-missing'] },
];

const hybridModules = [...always, ...userinfo, ...withCode];
const secretInBody = ['oidcc-server-client-secret-post'];

const hybrid: readonly Entry[] = [
  {
    variant: variant('code id_token'),
    modules: [
      ...hybridModules,
      'oidcc-response-type-missing',
      'oidcc-ensure-request-without-nonce-fails',
      'oidcc-alternate-happy-flow',
      'oidcc-ensure-request-with-valid-pkce-succeeds',
    ],
  },
  { variant: variant('code id_token', 'client_secret_post'), modules: secretInBody },
  {
    variant: variant('code token'),
    modules: [...hybridModules, 'oidcc-ensure-request-without-nonce-succeeds-for-code-flow'],
  },
  { variant: variant('code token', 'client_secret_post'), modules: secretInBody },
  {
    variant: variant('code id_token token'),
    modules: [...hybridModules, 'oidcc-ensure-request-without-nonce-fails'],
  },
  { variant: variant('code id_token token', 'client_secret_post'), modules: secretInBody },
];

const discovery = ['oidcc-discovery-endpoint-verification'];

/** Its response type is to be chosen: the simplest, and the one with everything in it. */
const dynamic: readonly Entry[] = ['code', 'code id_token token'].map((responseType) => ({
  variant: variant(responseType, 'private_key_jwt'),
  modules: [
    'oidcc-idtoken-rs256',
    'oidcc-idtoken-unsigned',
    'oidcc-userinfo-rs256',
    'oidcc-ensure-redirect-uri-in-authorization-request',
    'oidcc-redirect-uri-query-OK',
    'oidcc-redirect-uri-query-mismatch',
    'oidcc-redirect-uri-query-added',
    'oidcc-redirect-uri-regfrag',
    ...discovery,
    'oidcc-server',
    'oidcc-registration-logo-uri',
    'oidcc-registration-policy-uri',
    'oidcc-registration-tos-uri',
    'oidcc-registration-jwks-uri',
    'oidcc-registration-sector-uri',
    'oidcc-registration-sector-bad',
    'oidcc-server-rotate-keys',
    'oidcc-refresh-token-rp-key-rotation',
    'oidcc-request-uri-unsigned',
    'oidcc-request-uri-signed-rs256',
    'oidcc-ensure-request-object-with-redirect-uri',
    'oidcc-refresh-token',
    'oidcc-ensure-client-assertion-with-iss-aud-succeeds',
  ],
}));

const byFormPost = (entries: readonly Entry[]): readonly Entry[] =>
  entries.map((entry) => ({ ...entry, variant: { ...entry.variant, responseMode: 'form_post' } }));

export const plans = {
  'oidcc-basic': basic,
  'oidcc-implicit': implicit,
  'oidcc-hybrid': hybrid,
  'oidcc-config': [{ variant: variant('code'), modules: discovery }],
  'oidcc-dynamic': dynamic,
  'oidcc-formpost-basic': byFormPost(basic),
  'oidcc-formpost-implicit': byFormPost(implicit),
  'oidcc-formpost-hybrid': byFormPost(hybrid),
  'oidcc-3rdparty-init-login': [
    { variant: variant('code'), modules: ['oidcc-3rd_party-init-login', 'oidcc-3rd_party-init-login-nohttps'] },
  ],
} as const satisfies Record<string, readonly Entry[]>;

export type PlanName = keyof typeof plans;
