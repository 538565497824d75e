// `admin-keys …`: the keys of the admin API.
import { adminScopes } from '@claviger/core';
import { type Command, Option } from '@commander-js/extra-typings';
import { onAdminApi, withAdminClient } from './admin-options.ts';
import { type CommandContext, CommandError, exitCodes } from './command-context.ts';
import { type Column, column, listOf, oneObject } from './output-format.ts';

const columns: readonly Column[] = [
  column('ID', 'id'),
  column('NAME', 'name'),
  column('SCOPES', 'scopes'),
  column('CREATED', 'created_at'),
  column('EXPIRES', 'expires_at'),
];

const unitsInSeconds: Readonly<Record<string, number>> = { h: 3600, d: 86_400 };

/** An RFC 3339 date-time, or a number of hours or days from now, such as 90d. */
const expiryOf = (text: string): string => {
  const [, count = '', unit = ''] = /^(\d{1,5})([hd])$/.exec(text) ?? [];
  const after = Number(count) * (unitsInSeconds[unit] ?? 0);
  if (after > 0) return new Date(Date.now() + after * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
  if (/^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new CommandError('--expires must be like 90d, 12h, or 2027-01-31T12:00:00Z.', exitCodes.usage);
};

export const addAdminKeyCommands = (program: Command, context: CommandContext): void => {
  const keys = program.command('admin-keys').description('Manage the keys of the admin API.');
  onAdminApi(keys.command('create'))
    .summary('Create a key.')
    .description('Create a key and show its text once. It can have only scopes that the key of the caller has.')
    .argument('<name>', 'Who uses the key, and what for.')
    .addOption(new Option('--scopes <scope...>', 'What the key allows.').choices(adminScopes).makeOptionMandatory())
    .option('--expires <time>', 'When the key expires: 90d, 12h, or an RFC 3339 date-time. Default: never.')
    .action((name, { scopes, expires, ...options }) => {
      const expiry = expires === undefined ? {} : { expires_at: expiryOf(expires) };
      return withAdminClient(options, context, async (client) => {
        const created = await client.createAdminKey({ name, scopes, ...expiry });
        context.note('The key is shown only this once. Keep it.');
        return oneObject(created);
      });
    });
  onAdminApi(keys.command('list'))
    .description('List all keys, without their texts.')
    .action((options) =>
      withAdminClient(options, context, async (client) => listOf(await client.listAdminKeys(), columns)),
    );
  onAdminApi(keys.command('delete'))
    .description('Delete keys. They are refused from then on.')
    .argument('<id...>', 'The ids of the keys.')
    .action((ids, options) =>
      withAdminClient(options, context, async (client) => {
        for (const id of ids) await client.deleteAdminKey(id);
        return null;
      }),
    );
};
