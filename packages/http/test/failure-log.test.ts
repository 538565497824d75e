// Failures in the log: no secrets, no stack for intended refusals, one line for an outage.
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { type ClientStore, oauthError, StoreUnavailable } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import { FailureLog } from '@claviger/http';
import t from 'tap';
import { givenAServer } from './support/given-a-server.ts';

const secret = 'hush-hush';

t.test('the raw packet of a malformed request is not logged at any level', async (t) => {
  const logged: string[] = [];
  const stream = { write: (line: string) => void logged.push(line) };
  const { apps } = givenAServer(t, { logger: { level: 'trace', stream } });
  await apps.public.listen({ host: '127.0.0.1', port: 0 });
  const { port } = apps.public.server.address() as AddressInfo;
  const ask = async (bytes: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(bytes);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return String(answer);
  };
  const authorization = `Authorization: Basic ${secret}`;
  t.match(
    await ask(`POST /oauth2/token HTTP/1.1\r\nHost: x\r\n${authorization}\r\nbad header\r\n\r\n`),
    /^HTTP\/1\.1 400 /,
  );
  t.match(await ask(`${secret} ${secret}\r\n\r\n`), /^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n/);
  t.match(await ask(`GET / HTTP/1.1\r\nHost: x\r\nX: ${secret.repeat(8000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
  t.equal(logged.filter((line) => line.includes('"msg":"malformed request"')).length, 3);
  t.notMatch(logged.join(), secret);
  t.notMatch(logged.join(), Buffer.from(secret).join(), 'not even as bytes');
  apps.public.log.error({ err: Object.assign(new Error('parse'), { rawPacket: Buffer.from(secret), code: 'HPE' }) });
  t.match(logged.at(-1), '"err":{"type":"Error","message":"parse","code":"HPE","stack":');
  t.notMatch(logged.at(-1), 'rawPacket');
});

const failing = (failure: () => Error): ClientStore => {
  const fail = async (): Promise<never> => {
    throw failure();
  };
  return { create: fail, find: fail, list: fail, replace: fail, remove: fail, removeUnchanged: fail };
};

t.test('an intended refusal is counted and not logged', async (t) => {
  const lines: unknown[] = [];
  const failures = new FailureLog(() => ({
    error: (...line) => lines.push(line),
    info: (...line) => lines.push(line),
  }));
  const stores = { ...memoryStores(), clients: failing(() => oauthError('temporarily_unavailable')) };
  const { admin } = givenAServer(t, { stores, failures });
  for (let index = 0; index < 3; index += 1) t.equal((await admin('GET /clients')).status, 503);
  t.equal(failures.refusals, 3);
  t.strictSame(lines, []);
});

t.test('an outage is logged in one line when it begins and one when it ends, without a stack', async (t) => {
  let isAway = true;
  const working = memoryStores();
  const clients = failing(() => new StoreUnavailable('redis', new Error('connect ECONNREFUSED')));
  const stores = {
    ...working,
    clients: { ...clients, find: (id: string) => (isAway ? clients.find(id) : working.clients.find(id)) },
  };
  const { admin, logged } = givenAServer(t, { stores });
  for (let index = 0; index < 3; index += 1) t.equal((await admin('GET /clients/x')).status, 503);
  t.equal((await admin('GET /health/ready')).status, 503);
  const told = () => logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg !== 'request');
  t.match(told(), [{ level: 'error', reason: 'The redis store does not answer: connect ECONNREFUSED' }]);
  t.equal(told().length, 1);
  t.equal(told()[0].err, undefined);
  isAway = false;
  for (let index = 0; index < 2; index += 1) t.equal((await admin('GET /health/ready')).status, 200);
  t.match(told(), [{ level: 'error' }, { level: 'info', msg: 'the stores answer again' }]);
  t.equal(told().length, 2);
});

t.test('a failure of any endpoint is reported with the id of its request', async (t) => {
  const reported: (string | undefined)[] = [];
  const broken = () => new Error('broken');
  const { public: send, admin } = givenAServer(t, {
    settings: { clientRegistration: 'open' },
    stores: { ...memoryStores(), clients: failing(broken) },
    reportFailure: (_cause, requestId) => reported.push(requestId),
  });
  const headers = { authorization: `Basic ${btoa('shop:secret')}` };
  const token = 'x';
  const replies = [
    await send('POST /oauth2/token', { form: { grant_type: 'client_credentials' }, headers }),
    await send('POST /oauth2/revoke', { form: { token }, headers }),
    await send('POST /oauth2/introspect', { form: { token }, headers }),
    await send('GET /oauth2/auth?client_id=shop'),
  ];
  t.strictSame(
    replies.map(({ status }) => status),
    replies.map(() => 500),
  );
  t.equal(reported.length, replies.length);
  t.equal(new Set(reported).size, replies.length, 'each under its own id');
  t.notOk(reported.includes(undefined));
  t.equal((await admin('GET /clients')).status, 500);
});
