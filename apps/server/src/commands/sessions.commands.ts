// `consents …` and `sessions …`: what users have allowed, and where they are logged in.
import type { Command } from '@commander-js/extra-typings';
import { isJsonObject, type JsonObject, type JsonValue } from '../admin-client/json.ts';
import { onAdminApi, withAdminClient } from './admin-options.ts';
import type { CommandContext } from './command-context.ts';
import { type Column, cellOf, column, listOf } from './output-format.ts';

const memberOf = (value: JsonValue | undefined, member: string): JsonValue | undefined =>
  isJsonObject(value) ? value[member] : undefined;

const clientOf = ({ consent_request: request }: JsonObject): JsonValue | undefined => memberOf(request, 'client');

const columns: readonly Column[] = [
  ['CLIENT', (consent) => cellOf(memberOf(clientOf(consent), 'client_id'))],
  ['NAME', (consent) => cellOf(memberOf(clientOf(consent), 'client_name'))],
  column('SCOPE', 'grant_scope'),
  column('AUDIENCE', 'grant_access_token_audience'),
];

export const addSessionCommands = (program: Command, context: CommandContext): void => {
  const consents = program.command('consents').description('Show and revoke remembered consents.');
  onAdminApi(consents.command('list'))
    .description('List the remembered consents of a user, newest first.')
    .argument('<subject>', 'The user, as the login page names it.')
    .action((subject, options) =>
      withAdminClient(options, context, async (client) => listOf(await client.listConsents(subject), columns)),
    );
  onAdminApi(consents.command('revoke'))
    .summary('Revoke the consents of a user.')
    .description(
      'Revoke the consents of a user, for one client or for all. The tokens that were issued for them become invalid immediately.',
    )
    .argument('<subject>', 'The user, as the login page names it.')
    .option('--client <id>', 'Only for this client.')
    .action((subject, { client: clientId, ...options }) =>
      withAdminClient(options, context, async (client) => {
        await client.revokeConsents(subject, clientId);
        return null;
      }),
    );

  const sessions = program.command('sessions').description('End remembered logins.');
  onAdminApi(sessions.command('revoke'))
    .description('End the remembered logins of a user in every browser.')
    .argument('<subject>', 'The user, as the login page names it.')
    .action((subject, options) =>
      withAdminClient(options, context, async (client) => {
        await client.revokeLogins(subject);
        return null;
      }),
    );
};
