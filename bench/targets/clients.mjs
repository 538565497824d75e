// The clients that every server under test knows.
export const redirectUri = 'http://127.0.0.1:1/callback';

const secret = (id) => `a secret of ${id} that is long enough`.replaceAll(' ', '-');
const web = { grants: ['authorization_code', 'refresh_token'], scope: 'openid offline_access', redirectUri };
const service = { grants: ['client_credentials'], scope: 'api' };

const named = (id, rest) => ({ id: `bench-${id}`, secret: secret(id), parameters: {}, ...rest });

export const clients = {
  service: named('service', { ...service, alg: 'RS256' }),
  serviceRs256: named('service-rs256', { ...service, alg: 'RS256', jwt: true }),
  serviceEs256: named('service-es256', { ...service, alg: 'ES256', jwt: true }),
  web: named('web', { ...web, alg: 'RS256' }),
  webEs256: named('web-es256', { ...web, alg: 'ES256' }),
};
