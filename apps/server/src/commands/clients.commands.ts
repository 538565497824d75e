// `clients …`.
import { randomBytes } from 'node:crypto';
import type { Command } from '@commander-js/extra-typings';
import type { AdminClient } from '../admin-client/admin-client.ts';
import { isJsonObject, type JsonObject } from '../admin-client/json.ts';
import { onAdminApi, withAdminClient } from './admin-options.ts';
import { bodyOfOptions, memberNames, readDocument, withMemberOptions } from './client-members.ts';
import { type CommandContext, CommandError, exitCodes } from './command-context.ts';
import { type Column, column, listOf, oneObject, type Result } from './output-format.ts';

const columns: readonly Column[] = [
  column('ID', 'client_id'),
  column('NAME', 'client_name'),
  column('GRANT TYPES', 'grant_types'),
  column('AUTHENTICATION', 'token_endpoint_auth_method'),
  column('SCOPE', 'scope'),
];

/** The answer to a creation has null for a list that was left out. */
const stored = (client: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(client).filter(([, value]) => value !== null));

const secretNote = 'The secret is shown only this once. Keep it.';

const noteSecret = (context: CommandContext, clients: readonly JsonObject[]): void => {
  if (clients.some(({ client_secret: secret }) => typeof secret === 'string')) context.note(secretNote);
};

export const addClientCommands = (program: Command, context: CommandContext): void => {
  const clients = program.command('clients').description('Manage OAuth 2.0 clients.');
  addReading(clients, context);
  addWriting(clients, context);
  addImport(clients, context);
};

const addReading = (clients: Command, context: CommandContext): void => {
  onAdminApi(clients.command('list'))
    .description('List all clients, by id, without their secrets.')
    .action((options) =>
      withAdminClient(options, context, async (client) => listOf(await client.listClients(), columns)),
    );
  onAdminApi(clients.command('get'))
    .description('Show a client, without its secret.')
    .argument('<id>', 'The client_id.')
    .action((id, options) =>
      withAdminClient(options, context, async (client) => oneObject(await client.getClient(id))),
    );
};

const addWriting = (clients: Command, context: CommandContext): void => {
  withMemberOptions(onAdminApi(clients.command('create')))
    .summary('Create a client.')
    .description('Create a client. Without a secret, the server generates one and shows it once.')
    .option('--id <id>', 'The client_id. Default: a random one.')
    .action((options) =>
      withAdminClient(options, context, async (client) => {
        const body = await bodyOfOptions(options);
        const created = stored(
          await client.createClient(options.id === undefined ? body : { ...body, client_id: options.id }),
        );
        noteSecret(context, [created]);
        return oneObject(created);
      }),
    );
  withMemberOptions(onAdminApi(clients.command('update')))
    .summary('Change a part of a client.')
    .description(
      'Change some members of a client. The other members do not change, and concurrent changes to them are kept.',
    )
    .argument('<id>', 'The client_id.')
    .option('--unset <member...>', 'Set members, such as policy_uri, to their defaults.')
    .action((id, options) =>
      withAdminClient(options, context, async (client) => {
        const changes = { ...(await bodyOfOptions(options)), ...unsetOf(options.unset ?? []) };
        if (Object.keys(changes).length === 0) {
          throw new CommandError('There is nothing to change: pass an option such as --name.', exitCodes.usage);
        }
        const changed = await client.changeClient(id, changes);
        noteSecret(context, [changed]);
        return oneObject(changed);
      }),
    );
  onAdminApi(clients.command('delete'))
    .description('Delete clients, with their tokens, consents and pending logins.')
    .argument('<id...>', 'The client_id.')
    .action((ids, options) =>
      withAdminClient(options, context, async (client) => {
        for (const id of ids) await client.deleteClient(id);
        return null;
      }),
    );
  onAdminApi(clients.command('rotate-secret'))
    .summary('Give a client a new secret.')
    .description(
      'Give a client a new secret of 256 random bits and show it once. The old secret stops working immediately.',
    )
    .argument('<id>', 'The client_id.')
    .action((id, options) =>
      withAdminClient(options, context, async (client) => {
        await refusePublic(client, id);
        const secret = randomBytes(32).toString('base64url');
        await client.changeClient(id, { client_secret: secret });
        noteSecret(context, [{ client_secret: secret }]);
        return oneObject({ client_id: id, client_secret: secret });
      }),
    );
};

/** RFC 6749 §2.1: a public client has no secret. */
const refusePublic = async (client: AdminClient, id: string): Promise<void> => {
  const { token_endpoint_auth_method: method } = await client.getClient(id);
  if (method === 'none') throw new CommandError(`The client "${id}" is public, so it has no secret.`);
};

const unsetOf = (names: readonly string[]): JsonObject => {
  const unknown = names.find((name) => !memberNames.includes(name));
  if (unknown !== undefined) {
    throw new CommandError(
      `--unset ${unknown}: a client has no such member. It has ${memberNames.join(', ')}.`,
      exitCodes.usage,
    );
  }
  return Object.fromEntries(names.map((name) => [name, null]));
};

const addImport = (clients: Command, context: CommandContext): void => {
  onAdminApi(clients.command('import'))
    .summary('Create clients from files.')
    .description(
      'Create the clients of JSON or YAML files: one object, or a list. A failure does not stop the others; the exit code is then 1.',
    )
    .argument('<file...>', 'The files, or - for standard input.')
    .action((files, options) =>
      withAdminClient(options, context, async (client) => importClients(client, await readBodies(files), context)),
    );
};

const readBodies = async (files: readonly string[]): Promise<readonly JsonObject[]> => {
  const bodies: JsonObject[] = [];
  for (const file of files) {
    const document = await readDocument(file);
    for (const [index, body] of [document].flat().entries()) {
      if (!isJsonObject(body)) throw new CommandError(`${file}: entry ${index + 1} is not an object.`, exitCodes.usage);
      bodies.push(body);
    }
  }
  return bodies;
};

/** Seconds between two lines of progress. */
const progressEvery = 2;

const importClients = async (
  client: AdminClient,
  bodies: readonly JsonObject[],
  context: CommandContext,
): Promise<Result> => {
  const created: JsonObject[] = [];
  let failed = 0;
  let shown = Date.now();
  for (const [index, body] of bodies.entries()) {
    try {
      created.push(stored(await client.createClient(body)));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      failed += 1;
      context.note(`Entry ${index + 1} was not imported. ${error.message}`);
      context.exitCode = error.exitCode;
      // Nothing else would succeed. The secrets of the clients so far are still shown.
      if (error.exitCode !== exitCodes.failed) break;
    }
    if (Date.now() - shown >= progressEvery * 1000) {
      shown = Date.now();
      context.note(`${index + 1} of ${bodies.length}`);
    }
  }
  context.note(`${created.length} clients imported, ${failed} failed.`);
  noteSecret(context, created);
  return listOf(created, [column('ID', 'client_id'), column('NAME', 'client_name'), column('SECRET', 'client_secret')]);
};
