// The three steps that the greeting and the start page offer to a developer.
import { paths, urlBelow } from '@claviger/core';
import { baseUrl } from './config/base-url.ts';
import { builtInPages } from './config/pages.ts';
import type { Config } from './config.ts';

export interface DemoCommands {
  /** For a shell. */
  readonly createClient: string;
  /** For a shell. */
  readonly getToken: string;
  /** For a browser. */
  readonly authorizeUrl: string;
}

const demo = { id: 'demo', secret: 'demo-secret', scope: 'openid offline profile email' };

/** Quotes a text as one word of a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const createClient = (config: Config): string => {
  const body = {
    client_id: demo.id,
    client_secret: demo.secret,
    client_name: 'Demo',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    response_types: ['code'],
    redirect_uris: [urlBelow(config.issuer, builtInPages.callback)],
    scope: demo.scope,
  };
  const { adminSocket: socket } = config;
  const target = socket
    ? `--unix-socket ${quoted(socket.path)} http://localhost/clients`
    : quoted(`${baseUrl(config.admin)}/clients`);
  return `curl -sS ${target} -H 'Content-Type: application/json' -d ${quoted(JSON.stringify(body))}`;
};

const getToken = ({ issuer }: Config): string =>
  `curl -sS -u ${demo.id}:${demo.secret} -d grant_type=client_credentials ${quoted(urlBelow(issuer, paths.token))}`;

const authorizeUrl = ({ issuer }: Config): string => {
  const query = new URLSearchParams({
    client_id: demo.id,
    response_type: 'code',
    scope: demo.scope,
    redirect_uri: urlBelow(issuer, builtInPages.callback),
    state: 'a-state-of-your-own',
  });
  return `${urlBelow(issuer, paths.authorize)}?${query}`;
};

export const demoCommands = (config: Config): DemoCommands => ({
  createClient: createClient(config),
  getToken: getToken(config),
  authorizeUrl: authorizeUrl(config),
});
