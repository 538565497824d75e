// Properties of redirect URIs: only a registered URI is ever chosen, and an answer arrives complete.
import fc from 'fast-check';
import t from 'tap';
import { emptyClientMetadata } from '../src/domain/client.ts';
import { registeredMetadata } from '../src/domain/client-metadata.ts';
import { chooseRedirectUri, withFragment, withQuery } from '../src/domain/redirect-uri.ts';
import { seconds } from '../src/domain/time.ts';
import { givenClient, holds } from './support/properties.ts';

const registered = fc.webUrl({ withQueryParameters: true, validSchemes: ['https', 'http'] });

/** A change that an attacker could hope goes unnoticed. */
const disguised = (uri: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(
      `${uri}/`,
      `${uri}#`,
      `${uri}#x`,
      `${uri}?`,
      `${uri}&a=b`,
      `${uri}/../evil`,
      `${uri}%2F`,
      `${uri}.evil.example`,
      `${uri}@evil.example`,
      ` ${uri}`,
      `${uri}\n`,
      uri.toUpperCase(),
      uri.replace('://', ':/'),
      uri.replace('://', '://evil.example@'),
      uri.replace('https://', 'http://'),
      decodeURI(uri.replaceAll('%', '%25')).replaceAll('/', '\\'),
    ),
    fc.webUrl(),
    fc.string({ unit: 'binary' }),
    fc
      .tuple(fc.nat(uri.length), fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }))
      .map(([at, extra]) => uri.slice(0, at) + extra + uri.slice(at)),
  );

t.test(
  'a redirect URI is accepted only if it equals a registered one, character by character (RFC 9700 §2.1)',
  async (t) => {
    const requests = fc
      .array(registered, { minLength: 1, maxLength: 4 })
      .chain((redirectUris) =>
        fc.tuple(
          fc.constant(redirectUris),
          fc.oneof(fc.constantFrom(...redirectUris), disguised(redirectUris[0] ?? '')),
        ),
      );
    holds(t, requests, ([redirectUris, sent]) => {
      const chosen = chooseRedirectUri(givenClient({ redirectUris }), sent);
      if (sent === '') return chosen === (redirectUris.length === 1 ? redirectUris[0] : undefined);
      return redirectUris.includes(sent) && !sent.includes('#') ? chosen === sent : chosen === undefined;
    });
  },
);

t.test('the registration accepts only absolute URIs that run no script and survive parsing unchanged', async (t) => {
  const candidates = fc.oneof(
    registered.chain(disguised),
    fc
      .tuple(
        fc.constantFrom('javascript', 'JavaScript', 'data', 'vbscript', 'https', 'com.example.app', ''),
        fc.string(),
      )
      .map(([scheme, rest]) => `${scheme}:${rest}`),
  );
  const settings = {
    defaultClientScope: '',
    minClientSecretLength: 6,
    laxClientMetadata: false,
    subjectTypes: ['public'],
    signingAlgorithms: [],
    maxClientTokenLifespan: seconds(86_400),
  };
  holds(t, candidates, (uri) => {
    try {
      registeredMetadata({ metadata: { ...emptyClientMetadata, redirectUris: [uri] } }, settings);
    } catch {
      return true;
    }
    const { protocol, hash } = new URL(uri);
    return !['javascript:', 'data:', 'vbscript:'].includes(protocol) && hash === '' && !/[\s\p{Cc}#]/u.test(uri);
  });
});

const parameters = fc.dictionary(fc.stringMatching(/^[a-z_]{1,9}$/), fc.string({ unit: 'grapheme' }), { maxKeys: 5 });

t.test('an answer in the query or the fragment arrives complete, and the existing query stays', async (t) => {
  holds(t, fc.tuple(registered, parameters), ([uri, answer]) => {
    const sent = new URL(withQuery(uri, answer));
    const before = [...new URL(uri).searchParams].filter(([name]) => !Object.hasOwn(answer, name));
    const fragment = new URLSearchParams(new URL(withFragment(uri, answer)).hash.slice(1));
    const expected = Object.entries(answer);
    return (
      sent.origin === new URL(uri).origin &&
      same([...sent.searchParams], [...before, ...expected]) &&
      same([...fragment], expected)
    );
  });
});

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
