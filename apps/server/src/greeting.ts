// What `npm start` shows: where the server listens, and in development three lines to paste.
import { paths, urlBelow } from '@claviger/core';
import { baseUrl } from './config/base-url.ts';
import { inMemory } from './config/dsn.ts';
import { builtInPages, type Config } from './config.ts';
import { type Place, placesOf } from './stores/backend.ts';

/** The client that the three lines make and use. */
const demo = { id: 'demo', secret: 'demo-secret', scope: 'openid offline profile email' };

/** As one word for a POSIX shell. */
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
  const url = `${baseUrl(config.admin)}/clients`;
  return `curl -sS ${quoted(url)} -H 'Content-Type: application/json' -d ${quoted(JSON.stringify(body))}`;
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

const kinds = { postgres: 'Postgres', redis: 'Redis' } as const;

/** Without the address, which may hold a password. */
const shownPlace = ({ dsn, ports }: Place): string => {
  if (dsn.kind !== 'sqlite') return `${kinds[dsn.kind]}: ${ports.join(', ')}`;
  return dsn.file === inMemory ? 'in memory, gone when the server stops' : dsn.file;
};

export const greeting = (config: Config): string => {
  const lines = [
    '',
    'Claviger is ready.',
    '',
    `  Issuer   ${config.issuer}`,
    `  Public   ${baseUrl(config.public)}`,
    `  Admin    ${baseUrl(config.admin)}`,
    ...placesOf(config.stores).map((place, index) => `  ${index === 0 ? 'Data' : '    '}     ${shownPlace(place)}`),
  ];
  if (config.pages.builtIn) {
    lines.push(
      '',
      'Make a client:',
      '',
      createClient(config),
      '',
      'Get a token for it:',
      '',
      getToken(config),
      '',
      'Log somebody in: open this in a browser.',
      '',
      authorizeUrl(config),
    );
  }
  return `${lines.join('\n')}\n\n`;
};
