// Waits on a loopback address for the browser to come back from a login (RFC 8252 §7.3).
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { isLoopbackHost } from '@claviger/core';
import { CommandError, exitCodes } from './command-context.ts';

export interface LoopbackCallback {
  /** With the port that the listener has. */
  readonly redirectUri: string;
  /** Resolves to the first response that `accept` accepts. Rejects with CommandError after `timeout` milliseconds. */
  wait<T>(accept: (response: URL) => T, timeout: number): Promise<T>;
  close(): void;
}

const page = (title: string, text: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><p>${text}</p></html>\n`;

/** The URL has a code: no other page may see it, and nothing may keep it. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  connection: 'close',
};

const answer = (reply: ServerResponse, status: number, title: string, text: string): void => {
  reply.writeHead(status, headers).end(page(title, text));
};

const readRedirectUri = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const host = url?.hostname.replace(/^\[(.*)\]$/, '$1') ?? '';
  if (url?.protocol === 'http:' && isLoopbackHost(host) && url.search === '' && url.hash === '') return url;
  throw new CommandError(
    '--redirect-uri must be an http URL of a loopback address without a query, such as http://127.0.0.1/callback.',
    exitCodes.usage,
  );
};

/** Without a port in `redirectUri`, the system chooses a free one: RFC 8252 §7.3 allows every port. */
export const listenForCallback = async (redirectUri: string): Promise<LoopbackCallback> => {
  const url = readRedirectUri(redirectUri);
  const server = createServer();
  server.listen(Number(url.port || 0), url.hostname.replace(/^\[(.*)\]$/, '$1'));
  try {
    await once(server, 'listening');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`Cannot wait for the browser on ${url.host}: ${reason}.`, exitCodes.failed, { cause });
  }
  const address = server.address();
  if (typeof address === 'object' && address) url.port = String(address.port);

  const wait = <T>(accept: (response: URL) => T, timeout: number): Promise<T> =>
    new Promise((resolve, reject) => {
      const late = `Nobody logged in within ${timeout / 1000} seconds. Run the command again, or raise --wait.`;
      const timer = setTimeout(() => reject(new CommandError(late)), timeout);
      server.on('request', (request, reply) => {
        const path = request.url ?? '/';
        const target = URL.canParse(path, url.href) ? new URL(path, url) : undefined;
        if (request.method !== 'GET' || target?.pathname !== url.pathname) {
          answer(reply, 404, 'Not found', 'Only the response of a login arrives here.');
          return;
        }
        try {
          const accepted = accept(target);
          answer(reply, 200, 'Done', 'You can close this window and go back to the terminal.');
          clearTimeout(timer);
          resolve(accepted);
        } catch {
          // Another page may send the browser here. The real response can still arrive.
          answer(reply, 400, 'Not accepted', 'This is not the response to the login that the terminal waits for.');
        }
      });
    });
  return { redirectUri: url.href, wait, close: () => server.close() };
};
