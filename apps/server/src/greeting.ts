// What `npm start` shows: where the server listens, and in development three lines to paste.
import { baseUrl } from './config/base-url.ts';
import { inMemory } from './config/dsn.ts';
import type { Config } from './config.ts';
import { demoCommands } from './demo.ts';
import { databasesOf, type StoreDatabase } from './stores/backend.ts';

const kinds = { postgres: 'Postgres', redis: 'Redis' } as const;

/** Without the address, which may contain a password. */
const shownDatabase = ({ dsn, ports }: StoreDatabase): string => {
  if (dsn.kind !== 'sqlite') return `${kinds[dsn.kind]}: ${ports.join(', ')}`;
  return dsn.file === inMemory ? 'in memory, lost when the server stops' : dsn.file;
};

export const greeting = (config: Config): string => {
  const lines = [
    '',
    'Claviger is ready.',
    '',
    `  Issuer   ${config.issuer}`,
    `  Public   ${baseUrl(config.public)}`,
    `  Admin    ${config.adminSocket?.path ?? baseUrl(config.admin)}`,
    ...databasesOf(config.stores).map(
      (database, index) => `  ${index === 0 ? 'Data' : '    '}     ${shownDatabase(database)}`,
    ),
  ];
  if (config.pages.builtIn) {
    const { createClient, getToken, authorizeUrl } = demoCommands(config);
    lines.push(
      '',
      'Create a client:',
      '',
      createClient,
      '',
      'Get a token for the client:',
      '',
      getToken,
      '',
      'Log in as a user by opening this URL in a browser:',
      '',
      authorizeUrl,
    );
  }
  return `${lines.join('\n')}\n\n`;
};
