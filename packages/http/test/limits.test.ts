// Limits on unauthenticated requests: bytes, parameters, time.
import { once } from 'node:events';
import { connect } from 'node:net';
import { mostParameters } from '@claviger/core';
import t from 'tap';
import { givenAServer } from './support/given-a-server.ts';

const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' };
const endpoints = ['/oauth2/token', '/oauth2/revoke', '/oauth2/introspect', '/userinfo', '/oauth2/auth'];
const parameters = (count: number): string => Array.from({ length: count }, (_, index) => `p${index}=1`).join('&');

t.test('a form of more than 64 KiB is a 413 in the error format of the endpoint', async (t) => {
  const server = givenAServer(t);
  for (const path of endpoints) {
    const raw = `a=${'x'.repeat(64 * 1024)}`;
    const reply = await server.public(`POST ${path}`, { raw, headers: urlencoded });
    t.equal(reply.status, 413, path);
    if (path === '/oauth2/auth') t.match(reply.headers, { 'content-type': /html/ });
    else t.match(reply.json, { error: 'invalid_request', status_code: 413 }, path);
    const fits = await server.public(`POST ${path}`, { raw: raw.slice(0, 64 * 1024), headers: urlencoded });
    t.not(fits.status, 413, path);
  }
  const multipart = { 'content-type': 'multipart/form-data; boundary=b' };
  const raw = `--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n${'x'.repeat(64 * 1024)}\r\n--b--\r\n`;
  t.equal((await server.public('POST /oauth2/token', { raw, headers: multipart })).status, 413);
});

t.test(
  'a form with too many parameters is refused before it is parsed, in the error format of the endpoint',
  async (t) => {
    const server = givenAServer(t);
    const hint = new RegExp(`more than ${mostParameters} parameters`);
    for (const path of endpoints) {
      const reply = await server.public(`POST ${path}`, { raw: parameters(mostParameters + 1), headers: urlencoded });
      t.equal(reply.status, 400, path);
      t.match(reply.text, hint, path);
      if (path === '/oauth2/auth') t.match(reply.headers, { 'content-type': /html/ });
      else t.match(reply.json, { error: 'invalid_request', status_code: 400 }, path);
      const fits = await server.public(`POST ${path}`, { raw: parameters(mostParameters), headers: urlencoded });
      t.notMatch(fits.text, hint, path);
    }
    const part = '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n';
    const multipart = { 'content-type': 'multipart/form-data; boundary=b' };
    const many = `${part.repeat(mostParameters + 1)}--b--\r\n`;
    const reply = await server.public('POST /oauth2/token', { raw: many, headers: multipart });
    t.match(reply.json, { error: 'invalid_request', error_hint: hint });
    const admin = await server.admin('POST /oauth2/introspect', {
      raw: parameters(mostParameters + 1),
      headers: urlencoded,
    });
    t.match(admin.json, { error: 'invalid_request', status_code: 400 });
  },
);

t.test('a query with too many parameters is refused too', async (t) => {
  const server = givenAServer(t);
  const reply = await server.public(`GET /oauth2/auth?${parameters(mostParameters + 1)}`);
  t.equal(reply.status, 400);
  t.match(reply.text, `more than ${mostParameters} parameters`);
  t.match(reply.headers, { 'content-type': /html/ });
  t.equal((await server.public(`GET /oauth2/fallbacks/error?${parameters(mostParameters + 1)}`)).status, 400);
});

t.test('a request that arrives too slowly is ended', async (t) => {
  const server = givenAServer(t, { requestTimeout: 500 });
  const { port } = new URL(await server.apps.public.listen({ host: '127.0.0.1', port: 0 }));
  const slow = {
    body: 'POST /oauth2/token HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nstart',
    headers: 'GET /oauth2/auth HTTP/1.1\r\nhost: a\r\n',
  };
  for (const [what, start] of Object.entries(slow)) {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(start));
    let answer = '';
    socket.on('data', (part) => {
      answer += part.toString();
    });
    await once(socket, 'close');
    t.match(answer, /^HTTP\/1\.1 408 /, what);
  }
});

t.test('headers and body share a limit of 30 seconds, which is checked every few seconds', async (t) => {
  const { server } = givenAServer(t).apps.public;
  t.match(server, { requestTimeout: 30_000, headersTimeout: 30_000 });
});
