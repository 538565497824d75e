// Scope strategies (2018 API), as tables.
import t from 'tap';
import { matchesScope, parseScope } from '../src/domain/scope.ts';

const table: readonly [string, string, boolean, boolean, boolean][] = [
  // pattern, scope, wildcard, hierarchic, exact
  ['photos', 'photos', true, true, true],
  ['photos', 'Photos', false, false, false],
  ['photos', 'photos.read', false, true, false],
  ['photos', 'photosx.read', false, false, false],
  ['photos.read', 'photos', false, false, false],
  ['photos.*', 'photos.read', true, false, false],
  ['photos.*', 'photos.read.all', true, false, false],
  ['photos.*', 'photos.*', true, true, true],
  ['photos.*', 'photos', false, false, false],
  ['photos.*', 'photos.', false, false, false],
  ['photos.*', 'photos..x', false, false, false],
  ['photos.*', 'photosx.read', false, false, false],
  ['photos.*.all', 'photos.read.all', true, false, false],
  ['photos.*.all', 'photos.read', false, false, false],
  ['photos.*.all', 'photos.all', false, false, false],
  ['*', 'photos', true, false, false],
  ['*', 'photos.read.all', true, false, false],
  ['*', '', false, false, false],
  ['*.read', 'photos.read', true, false, false],
  ['*.read', 'photos.x.read', false, false, false],
  ['a.*.*', 'a.b.c.d', true, false, false],
  ['a.*.*', 'a.b', false, false, false],
  ['photos.re*', 'photos.read', false, false, false],
  ['', 'photos', false, false, false],
  ['', '', false, false, false],
];

t.test('each strategy allows the scopes in its table', async (t) => {
  for (const [pattern, scope, wildcard, hierarchic, exact] of table) {
    const want = { wildcard, hierarchic, exact };
    for (const strategy of ['wildcard', 'hierarchic', 'exact'] as const) {
      t.equal(matchesScope(strategy, pattern, scope), want[strategy], `${strategy}: ${pattern} allows ${scope}`);
    }
  }
});

t.test('a scope is split at spaces; empty parts and repetitions are dropped (RFC 6749 §3.3)', async (t) => {
  t.strictSame(parseScope(' b  a b '), ['b', 'a']);
  t.strictSame(parseScope(''), []);
});
