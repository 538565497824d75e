// What the examples of the OpenAPI document have in common.
export const exampleClient = {
  client_id: 'shop',
  client_name: 'The shop',
  redirect_uris: ['https://shop.example/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: 'openid offline photos.read',
  owner: '',
  policy_uri: '',
  tos_uri: '',
  client_uri: 'https://shop.example/',
  logo_uri: '',
  contacts: ['admin@shop.example'],
  subject_type: 'public',
  token_endpoint_auth_method: 'client_secret_basic',
  userinfo_signed_response_alg: 'none',
  client_secret_expires_at: 0,
};

export const exampleClientBody = {
  client_id: 'shop',
  client_name: 'The shop',
  redirect_uris: ['https://shop.example/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scope: 'openid offline photos.read',
  client_uri: 'https://shop.example/',
  contacts: ['admin@shop.example'],
};

export const exampleRequest = {
  challenge: 'XyqQWEGjTJu4mbo1bYVLHQ.1MOgBQYmTYfdYBbj2o0eSA',
  requested_scope: ['openid', 'offline', 'photos.read'],
  skip: false,
  subject: '',
  oidc_context: { ui_locales: ['de', 'en'], login_hint: 'anna' },
  client: exampleClient,
  request_url: 'https://id.example.com/oauth2/auth?client_id=shop&response_type=code&scope=openid+offline+photos.read',
};
