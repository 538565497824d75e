// Properties of scopes and audiences: what each strategy allows, and that nothing else is allowed.
import fc from 'fast-check';
import t from 'tap';
import { narrowedAudience, requestedAudience } from '../src/domain/audience.ts';
import { firstNotAllowed, matchesScope, parseScope, type ScopeStrategy } from '../src/domain/scope.ts';
import { holds } from './support/properties.ts';

const word = fc.stringMatching(/^[a-zA-Z*:_-]{0,4}$/);
const scope = fc.array(word, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
const strategy = fc.constantFrom<ScopeStrategy>('wildcard', 'hierarchic', 'exact');

t.test('every strategy allows an equal scope and never an empty one', async (t) => {
  holds(t, fc.tuple(strategy, scope), ([strategy, one]) => {
    const isWhole =
      one !== '' && (strategy !== 'wildcard' || one.split('.').every((part) => part !== '' || !one.includes('*')));
    return !isWhole || matchesScope(strategy, one, one);
  });
  holds(
    t,
    fc.tuple(strategy, scope),
    ([strategy, one]) => !matchesScope(strategy, one, '') && !matchesScope(strategy, '', one),
  );
});

t.test('exact allows only equal scopes, and so does wildcard without an asterisk', async (t) => {
  holds(
    t,
    fc.tuple(scope, scope),
    ([pattern, one]) => matchesScope('exact', pattern, one) === (pattern === one && one !== ''),
  );
  holds(
    t,
    fc.tuple(scope, scope),
    ([pattern, one]) =>
      pattern.includes('*') || matchesScope('wildcard', pattern, one) === (pattern === one && one !== ''),
  );
});

t.test('hierarchic allows what begins with all parts of the pattern, and is transitive', async (t) => {
  const parts = fc.array(fc.stringMatching(/^[a-z]{1,3}$/), { minLength: 1, maxLength: 3 });
  holds(t, fc.tuple(parts, parts), ([head, tail]) =>
    matchesScope('hierarchic', head.join('.'), [...head, ...tail].join('.')),
  );
  holds(t, fc.tuple(scope, scope), ([pattern, one]) => {
    const [wanted, found] = [pattern.split('.'), one.split('.')];
    const begins = pattern !== '' && one !== '' && wanted.every((part, index) => part === found[index]);
    return matchesScope('hierarchic', pattern, one) === begins;
  });
  holds(t, fc.tuple(scope, scope, scope), ([a, b, c]) => {
    const [ab, bc] = [matchesScope('hierarchic', a, b), matchesScope('hierarchic', b, c)];
    return !(ab && bc) || matchesScope('hierarchic', a, c);
  });
});

/** The rule of the 2018 API: an asterisk inside matches one part; an asterisk at the end matches one or more. */
const asRegExp = (pattern: string): RegExp => {
  const parts = pattern.split('.');
  const translated = parts.map((part, index) => {
    if (part !== '*') return part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    return index === parts.length - 1 ? '[^.]+(\\.[^.]+)*' : '[^.]+';
  });
  return new RegExp(`^${translated.join('\\.')}$`);
};

t.test('wildcard allows what its pattern says, read as a regular expression', async (t) => {
  const few = fc
    .array(fc.constantFrom('a', 'b', '*', 'a*', ''), { minLength: 1, maxLength: 4 })
    .map((p) => p.join('.'));
  holds(t, fc.tuple(few, few), ([pattern, one]) => {
    const expected = pattern !== '' && one !== '' && asRegExp(pattern).test(one);
    return matchesScope('wildcard', pattern, one) === expected;
  });
});

t.test('the first of several scopes that no pattern allows is named', async (t) => {
  holds(t, fc.tuple(strategy, fc.array(scope), fc.array(scope)), ([strategy, patterns, scopes]) => {
    const refused = firstNotAllowed(strategy, patterns, scopes);
    const allowed = (one: string) => patterns.some((pattern) => matchesScope(strategy, pattern, one));
    return refused === undefined ? scopes.every(allowed) : !allowed(refused) && scopes.includes(refused);
  });
});

t.test('parsing a parsed scope changes nothing; blanks and repetitions are dropped (RFC 6749 §3.3)', async (t) => {
  holds(t, fc.string({ unit: fc.constantFrom(' ', 'a', 'b', '\t', '.') }), (text) => {
    const parsed = parseScope(text);
    const again = parseScope(parsed.join(' '));
    return (
      new Set(parsed).size === parsed.length &&
      parsed.every((one) => one !== '' && !one.includes(' ')) &&
      JSON.stringify(again) === JSON.stringify(parsed) &&
      text.split(' ').every((one) => one === '' || parsed.includes(one))
    );
  });
});

const issuer = 'https://id.example/';
const target = fc.oneof(
  fc.constantFrom(issuer, 'https://id.example'),
  fc.webUrl({ withFragments: true }),
  fc.stringMatching(/^[a-z]{1,5}$/),
  fc.string(),
);

t.test('no request gets an audience that is not allowed, and narrowing never widens it', async (t) => {
  const requests = fc
    .tuple(fc.array(target), fc.array(target), fc.array(target))
    .map(([allowed, audience, resource]) => ({
      allowed,
      parameters: { audience: audience.join(' '), resource: resource.join(' ') },
    }));
  holds(t, requests, ({ allowed, parameters }) => {
    try {
      const asked = requestedAudience(parameters, allowed, 'is not allowed.');
      const narrowed = narrowedAudience(parameters, allowed, issuer);
      const all = parseScope(`${parameters.audience} ${parameters.resource}`);
      return (
        asked.every((one) => allowed.includes(one)) &&
        all.every((one) => asked.includes(one)) &&
        (narrowed ?? []).every((one) => one === issuer || allowed.includes(one)) &&
        (narrowed === null ? asked.length === 0 : narrowed.length > 0)
      );
    } catch (error) {
      return error instanceof Error && error.name === 'OAuthError';
    }
  });
});
