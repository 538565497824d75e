// A web server of the client, with key sets and request objects for the server under test to fetch.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cleanup } from './start-server.ts';

export interface HostedDocuments {
  put(path: string, document: string): void;
  urlOf(path: string): string;
}

export const hostDocuments = async (t: Cleanup): Promise<HostedDocuments> => {
  const documents = new Map<string, string>();
  const host = createServer((request, response) => {
    const document = documents.get(request.url ?? '');
    response.writeHead(document === undefined ? 404 : 200).end(document);
  });
  host.listen(0, '127.0.0.1');
  await once(host, 'listening');
  t.teardown(() => host.close());
  const { port } = host.address() as AddressInfo;
  return {
    put: (path, document) => documents.set(path, document),
    urlOf: (path) => `http://127.0.0.1:${port}${path}`,
  };
};
