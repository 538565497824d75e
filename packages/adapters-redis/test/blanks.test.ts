// Text encoded in white space after JSON.
import t from 'tap';
import { blanksOf, splitAtBlanks } from '../src/stores/blanks.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

t.test('every base64url text comes back, and the JSON before it is unchanged', async (t) => {
  for (const text of ['', 'aB3_-9xY', 'trxyz12', alphabet]) {
    const row = `${JSON.stringify(['app', 'a b\n'])}${blanksOf(text)}`;
    t.same(splitAtBlanks(row), { json: '["app","a b\\n"]', text });
    t.same(JSON.parse(row), ['app', 'a b\n'], 'the previous release reads it');
  }
});

t.test('text that is not base64url is refused', async (t) => {
  t.throws(() => blanksOf('a b'), RangeError);
});
