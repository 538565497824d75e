// Properties of self-registration: an accepted registration never has more than a stranger may have.
import fc from 'fast-check';
import t from 'tap';
import { emptyClientMetadata, type ProposedMetadata } from '../src/domain/client.ts';
import { isLoopbackUrl } from '../src/domain/loopback.ts';
import { matchesScope, parseScope } from '../src/domain/scope.ts';
import {
  type RegistrationPolicy,
  type SelfRegisteredMetadata,
  selfRegisteredMembers,
  selfRegisteredMetadata,
} from '../src/domain/self-registration.ts';
import { OAuthError } from '../src/errors/oauth-error.ts';
import { holds } from './support/properties.ts';

const policy: RegistrationPolicy = {
  allowedScope: ['openid', 'photos.*'],
  defaultScope: '',
  scopeStrategy: 'wildcard',
  open: true,
};

const hosts = fc.constantFrom(
  'app.example',
  '127.0.0.1',
  'localhost',
  '[::1]',
  'a:b@app.example',
  '127.0.0.1.evil.example',
);

const uri = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        'https',
        'http',
        'HTTP',
        'com.example.app',
        'myapp',
        'javascript',
        'data',
        'file',
        'view-source:http',
      ),
      fc.constantFrom('://', ':', ':/', ':\\\\'),
      hosts,
      fc.constantFrom('', '/cb', '/cb#x', '/cb?x', '/a b', '/\u0007', ':8080/cb'),
    )
    .map((parts) => parts.join('')),
  fc.webUrl(),
  fc.string({ unit: 'binary' }),
  fc.constant(''),
);

const optionalUri = fc.option(uri);

const words = <T extends string>(...known: readonly T[]) =>
  fc.array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom<string>(...known) }, fc.string()), { maxLength: 3 });

const sent: fc.Arbitrary<SelfRegisteredMetadata> = fc
  .record({
    name: fc.string({ unit: 'binary' }),
    redirectUris: fc.array(uri, { maxLength: 3 }),
    grantTypes: words('authorization_code', 'implicit', 'refresh_token', 'client_credentials', 'password'),
    responseTypes: words('code', 'token', 'id_token', 'code id_token', 'none'),
    scope: words('openid', 'photos.read', 'photos.*', 'photos', '*', '*.read', 'admin').map((list) => list.join(' ')),
    logoUri: optionalUri,
    policyUri: optionalUri,
    tosUri: optionalUri,
    clientUri: optionalUri,
    jwksUri: optionalUri,
    sectorIdentifierUri: optionalUri,
    requestUris: fc.array(uri, { maxLength: 2 }),
    subjectType: fc.constantFrom(null, 'public', 'pairwise'),
    applicationType: fc.constantFrom(null, 'web', 'native'),
    tokenEndpointAuthMethod: fc.constantFrom(null, 'none', 'client_secret_basic', 'private_key_jwt', 'tls'),
    jwks: fc.constantFrom(
      null,
      { keys: [{ kty: 'RSA', n: 'AQAB', e: 'AQAB' }] },
      { keys: [{ kty: 'oct', k: 'AQAB' }] },
    ),
  })
  .map((members) => {
    const all: ProposedMetadata = { ...emptyClientMetadata, ...members };
    return Object.fromEntries(selfRegisteredMembers.map((member) => [member, all[member]])) as SelfRegisteredMetadata;
  });

/** A valid registration with one or two members changed. With more changes, nearly everything is refused for its first fault. */
const nearlyGood = fc
  .tuple(sent, fc.subarray([...selfRegisteredMembers], { minLength: 0, maxLength: 3 }))
  .map(([odd, members]): SelfRegisteredMetadata => {
    const good = { ...emptyClientMetadata, redirectUris: ['https://app.example/cb'] };
    return { ...good, ...Object.fromEntries(members.map((member) => [member, odd[member]])) };
  });

const accepted = (metadata: SelfRegisteredMetadata, current = emptyClientMetadata): ProposedMetadata | undefined => {
  try {
    return selfRegisteredMetadata(metadata, current, policy);
  } catch (error) {
    if (error instanceof OAuthError && error.status === 400) return undefined;
    throw error;
  }
};

const isHarmless = (metadata: ProposedMetadata): boolean => {
  const { applicationType, grantTypes, scope, redirectUris } = metadata;
  const goesWell = (redirect: string): boolean => {
    const { protocol, hash, username, password } = new URL(redirect);
    if (hash !== '' || username + password !== '') return false;
    if (protocol === 'https:') return true;
    if (protocol === 'http:') return isLoopbackUrl(redirect);
    return applicationType === 'native' && protocol.includes('.');
  };
  const links = [metadata.logoUri, metadata.policyUri, metadata.tosUri, metadata.clientUri];
  const documents = [metadata.jwksUri, metadata.sectorIdentifierUri, ...metadata.requestUris];
  return (
    redirectUris.every(goesWell) &&
    grantTypes.every((type) => ['authorization_code', 'implicit', 'refresh_token'].includes(type)) &&
    parseScope(scope).every((one) => one === 'openid' || matchesScope('wildcard', 'photos.*', one)) &&
    links.every((link) => link === null || /^https?:$/.test(new URL(link).protocol)) &&
    documents.every((document) => document === null || new URL(document).protocol === 'https:') &&
    !JSON.stringify(metadata.jwks).includes('"k"') &&
    !/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(metadata.name ?? '')
  );
};

t.test('every registration of a stranger is harmless or refused with an error of the protocol', async (t) => {
  let taken = 0;
  for (const metadata of [sent, nearlyGood]) {
    holds(t, metadata, (value) => {
      const result = accepted(value);
      if (result) taken += 1;
      return result === undefined || isHarmless(result);
    });
  }
  t.ok(taken > 100, `${taken} were accepted`);
});

t.test('a client cannot change metadata that only an administrator may set', async (t) => {
  const current: ProposedMetadata = {
    ...emptyClientMetadata,
    owner: 'team-a',
    audience: ['https://api.example'],
    accessTokenStrategy: 'jwt',
  };
  holds(t, nearlyGood, (metadata) => {
    const smuggled = { ...metadata, owner: 'me', audience: ['https://other.example'], accessTokenStrategy: 'opaque' };
    const result = accepted(smuggled, current);
    return (
      result === undefined ||
      (result.owner === 'team-a' &&
        result.audience[0] === 'https://api.example' &&
        result.accessTokenStrategy === 'jwt')
    );
  });
});
