// Runs the admin API inside this process, on the stores of the server, without a listener. Requests pass the same routes and
// use cases as over HTTP, so that both ways accept, store, record and answer the same.
import { buildApp } from '@claviger/http';
import { openCommandProvider } from '../commands/with-provider.ts';
import type { Config } from '../config.ts';
import { version } from '../version.ts';
import { type AdminRequest, type AdminTransport, bodyOf } from './admin-transport.ts';

/** Rejects with CommandError if a store cannot be used. Asks for no key: the caller has the secrets of the server. */
export const directTransport = async (config: Config): Promise<AdminTransport> => {
  const { provider, audit, close } = await openCommandProvider(config);
  const app = buildApp({ provider, listener: 'admin', version, audit });
  return {
    name: 'The command on the stores',
    send: async (request: AdminRequest) => {
      const { method, path: url } = request;
      const body = bodyOf(request);
      const headers = { host: 'localhost', ...(body ? { 'content-type': body.type } : {}) };
      const answer = await app.inject({ method, url, headers, ...(body ? { payload: body.text } : {}) });
      return { status: answer.statusCode, text: answer.body };
    },
    close: async () => {
      await app.close();
      await close();
    },
  };
};
