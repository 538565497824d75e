// Fetching documents of clients: what a stranger can make the server do, and for how long.
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { nodeRemoteDocuments, type RemoteDocumentsOptions } from '../src/runtime/node-remote-documents.ts';
import { startNameServer } from './support/name-server.ts';

/** Answers when the test says so, and requests for `/now…` immediately. */
const givenAHost = async (t: Test) => {
  const waiting: (() => void)[] = [];
  const requests: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    requests.push(url);
    const answer = (): void => void response.writeHead(url.includes('broken') ? 500 : 200).end(url);
    if (url.startsWith('/now')) answer();
    else waiting.push(answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const release = (): void => {
    for (const answer of waiting.splice(0)) answer();
  };
  const arrived = async (count: number): Promise<void> => {
    while (waiting.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { port: (server.address() as AddressInfo).port, requests, release, arrived };
};

const givenNames = async (t: Test, names: Readonly<Record<string, () => string>> = {}) => {
  const server = await startNameServer(names);
  t.teardown(() => server.stop());
  return { nameServers: [server.address], hostsFile: '/nonexistent', asked: server.asked };
};

const open = (options: RemoteDocumentsOptions) => nodeRemoteDocuments({ allowInternal: true, ...options });

t.test('names whose servers do not answer do not delay others, and time out', async (t) => {
  const host = await givenAHost(t);
  const names = await givenNames(t, { 'good.example': () => '127.0.0.1' });
  const documents = open({ ...names, timeout: 3000 });
  const silent = Array.from({ length: 40 }, (_, index) =>
    t.rejects(documents.fetch(`http://silent${index % 20}.example/${index}`, `client${index % 20}`), {
      message: /in time/,
    }),
  );
  t.equal(await documents.fetch(`http://good.example:${host.port}/now`), '/now', 'another name is looked up');
  t.ok(await lookup('localhost'), 'the thread pool of Node.js is free');
  await Promise.all(silent);
  const asked = names.asked.length;
  t.equal(await documents.fetch(`http://good.example:${host.port}/now2`), '/now2');
  t.equal(
    names.asked.filter((name) => name.startsWith('silent')).length <= asked,
    true,
    'no look-up continues afterwards',
  );
});

t.test('concurrent fetches are limited for each client, for each host and in total', async (t) => {
  const host = await givenAHost(t);
  const other = await givenAHost(t);
  let limited = 0;
  const documents = open({ perClient: 2, perHost: 3, inAll: 4, onLimit: () => (limited += 1) });
  const url = (name: string): string => `http://127.0.0.1:${host.port}/${name}`;
  const tooMany = { message: 'The document cannot be fetched: too many documents are being fetched.' };

  const running = [documents.fetch(url('a'), 'one'), documents.fetch(url('b'), 'one')];
  await t.rejects(documents.fetch(url('c'), 'one'), tooMany, 'the client');
  running.push(documents.fetch(url('d'), 'two'));
  await t.rejects(documents.fetch(url('e'), 'three'), tooMany, 'the host');
  running.push(documents.fetch(`http://localhost:${other.port}/f`, 'three'));
  await t.rejects(documents.fetch(`http://[::1]:${other.port}/g`, 'four'), tooMany, 'all');
  t.equal(limited, 3);
  await host.arrived(3);
  await other.arrived(1);
  host.release();
  other.release();
  t.strictSame(await Promise.all(running), ['/a', '/b', '/d', '/f']);
  t.equal(
    await documents.fetch(`http://127.0.0.1:${host.port}/now`, 'one'),
    '/now',
    'a flow that has ended makes room',
  );
});

t.test('documents of clients that are being registered share the limit of one client', async (t) => {
  const host = await givenAHost(t);
  const documents = open({ perClient: 2, perHost: 10, inAll: 10 });
  const url = (name: string): string => `http://127.0.0.1:${host.port}/${name}`;
  const running = [documents.fetch(url('a')), documents.fetch(url('b'))];
  await t.rejects(documents.fetch(url('c')), { message: /too many documents/ });
  running.push(documents.fetch(url('d'), 'one'));
  await host.arrived(3);
  host.release();
  await Promise.all(running);
});

t.test('concurrent requests for one document share one fetch', async (t) => {
  const host = await givenAHost(t);
  const documents = open({ perClient: 1 });
  const url = `http://127.0.0.1:${host.port}/a`;
  const all = Array.from({ length: 20 }, () => documents.fetch(url, 'one'));
  await host.arrived(1);
  host.release();
  t.strictSame(new Set(await Promise.all(all)), new Set(['/a']));
  t.strictSame(host.requests, ['/a']);
  const later = documents.fetch(url, 'one');
  await host.arrived(1);
  host.release();
  await later;
  t.equal(host.requests.length, 2, 'nothing is cached');
});

t.test('a failure is cached for a moment', async (t) => {
  const host = await givenAHost(t);
  const url = `http://127.0.0.1:${host.port}/now/broken`;
  const remembering = open({ rememberFailures: 60_000 });
  for (let times = 0; times < 3; times += 1) await t.rejects(remembering.fetch(url), { message: /answers 500/ });
  t.equal(host.requests.length, 1);
  t.equal(await remembering.fetch(`http://127.0.0.1:${host.port}/now`), '/now', 'only the failed document is affected');
  const forgetful = open({ rememberFailures: 0 });
  for (let times = 0; times < 3; times += 1) await t.rejects(forgetful.fetch(url), { message: /answers 500/ });
  t.equal(host.requests.length, 5);
});

t.test(
  'a name with an internal address is refused, wherever the address comes from, and the error does not reveal it',
  async (t) => {
    const names = await givenNames(t, {
      'inner.example': () => '127.0.0.1',
      'metadata.example': () => '169.254.169.254',
    });
    const hostsFile = join(mkdtempSync(join(tmpdir(), 'hosts-')), 'hosts');
    writeFileSync(hostsFile, '# a comment\n10.0.0.7  Listed.example alias.example # another\n');
    const guarded = nodeRemoteDocuments({ ...names, hostsFile });
    for (const host of ['inner.example', 'inner.example.', 'metadata.example', 'listed.example', 'alias.example']) {
      await t.rejects(
        guarded.fetch(`https://${host}/`),
        { message: 'The document cannot be fetched: it cannot be reached at a public address.' },
        host,
      );
    }
    t.notOk(names.asked.includes('listed.example'), 'the hosts file comes before the name server');
  },
);

t.test('the connection is made to the address that was checked, even if the name changes in between', async (t) => {
  const host = await givenAHost(t);
  const answers = ['127.0.0.1', '127.0.0.1'];
  const names = await givenNames(t, { 'rebinding.example': () => answers.shift() ?? '192.0.2.1' });
  const documents = open({ ...names, timeout: 2000 });
  t.equal(await documents.fetch(`http://rebinding.example:${host.port}/now`), '/now');
  t.ok(names.asked.length <= 2, 'it is looked up once, for each family');
});
