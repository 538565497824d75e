import t from 'tap';
import { withQuery } from '../src/domain/redirect-uri.ts';

t.test('parameters are inserted before a fragment', async (t) => {
  t.equal(withQuery('https://l.example/#/login', { a: '1' }), 'https://l.example/?a=1#/login');
  t.equal(withQuery('https://l.example/x?b=2#/login?c', { a: '1' }), 'https://l.example/x?b=2&a=1#/login?c');
  t.equal(withQuery('https://l.example/x', { a: '1' }), 'https://l.example/x?a=1');
});
