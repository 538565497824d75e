// The admin API behind a proxy that requires a bearer key.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cleanup, TestServer } from '../../support/start-server.ts';

export interface GuardedAdmin {
  readonly url: string;
  /** The admin API behind the proxy. */
  guard(server: TestServer): void;
  /** The number of requests without the key. */
  refused(): number;
}

export const startGuardedAdmin = async (t: Cleanup, key: string): Promise<GuardedAdmin> => {
  let target = '';
  let refused = 0;
  const forward = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const method = request.method ?? 'GET';
    const body = method === 'GET' ? {} : { body: Buffer.concat(chunks) };
    const reply = await fetch(`${target}${request.url}`, { method, ...body });
    response.writeHead(reply.status, { 'content-type': 'application/json' }).end(await reply.text());
  };
  const proxy = createServer((request, response) => {
    if (request.headers.authorization === `Bearer ${key}`) {
      forward(request, response).catch(() => response.writeHead(502).end());
      return;
    }
    refused += 1;
    response.writeHead(401).end();
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.teardown(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    guard(server) {
      target = server.adminUrl;
    },
    refused: () => refused,
  };
};
