// `audit …`.
import { type Command, InvalidArgumentError } from '@commander-js/extra-typings';
import type { AdminClient } from '../admin-client/admin-client.ts';
import { isJsonObject, type JsonObject } from '../admin-client/json.ts';
import { readConfig } from '../config.ts';
import { onAdminApi, withAdminClient } from './admin-options.ts';
import type { CommandContext } from './command-context.ts';
import { type Column, column, listOf } from './output-format.ts';

const columns: readonly Column[] = [
  column('TIME', 'time'),
  column('TYPE', 'type'),
  column('OUTCOME', 'outcome'),
  column('CLIENT', 'client_id'),
  column('SUBJECT', 'subject'),
];

/** The admin API returns no larger page. */
const pageSize = 1000;

const countOf = (text: string): number => {
  const count = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (count < 1) throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return count;
};

const readEvents = async (
  client: AdminClient,
  filter: Readonly<Record<string, string>>,
  limit: number,
): Promise<readonly JsonObject[]> => {
  const found: JsonObject[] = [];
  let page: Readonly<Record<string, string>> = {};
  while (found.length < limit) {
    const size = Math.min(pageSize, limit - found.length);
    const answer = await client.auditEvents({ ...filter, ...page, page_size: String(size) });
    if (Array.isArray(answer.events)) found.push(...answer.events.filter(isJsonObject));
    if (typeof answer.next_page_token !== 'string') break;
    page = { page_token: answer.next_page_token };
  }
  return found;
};

export const addAuditCommands = (program: Command, context: CommandContext): void => {
  const audit = program.command('audit').description('Read and verify the audit table.');
  onAdminApi(audit.command('events'))
    .description('List audit events, newest first.')
    .option('--type <type>', 'Only these types of events, separated by commas. docs/audit.md lists them.')
    .option('--client <id>', 'Only events of this client.')
    .option('--subject <subject>', 'Only events of this user.')
    .option('--since <time>', 'Only events from this time on, an RFC 3339 date-time.')
    .option('--until <time>', 'Only events before this time, an RFC 3339 date-time.')
    .option('--limit <count>', 'Maximum number of events.', countOf, 100)
    .action(({ type, client: clientId, subject, since, until, limit, ...options }) => {
      const named = { type, client_id: clientId, subject, since, until };
      const filter = Object.fromEntries(
        Object.entries(named).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
      );
      return withAdminClient(options, context, async (client) =>
        listOf(await readEvents(client, filter, limit), columns),
      );
    });
  audit
    .command('verify')
    .summary('Verify the audit table.')
    .description('Verify the audit table, directly on the stores. The exit code is 1 if anything was changed.')
    .option('--checkpoint <file>', 'Also find events that are missing at the end, with this checkpoint.')
    .action(async ({ checkpoint }) => {
      const { auditVerify } = await import('./audit.ts');
      context.exitCode = await auditVerify(readConfig(context.environment), checkpoint ?? null, context.write);
    });
  audit
    .command('checkpoint')
    .summary('Print a checkpoint of the audit table.')
    .description(
      'Print a checkpoint of the audit table, to keep outside of the database. Works directly on the stores.',
    )
    .action(async () => {
      const { auditCheckpoint } = await import('./audit.ts');
      context.exitCode = await auditCheckpoint(readConfig(context.environment), context.write);
    });
};
