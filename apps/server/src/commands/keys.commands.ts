// `keys …`: key sets of the server.
import { signingKeySet } from '@claviger/core';
import type { Command } from '@commander-js/extra-typings';
import type { AdminClient } from '../admin-client/admin-client.ts';
import type { JsonObject } from '../admin-client/json.ts';
import { onAdminApi, withAdminClient } from './admin-options.ts';
import { type CommandContext, CommandError, exitCodes } from './command-context.ts';
import { type Column, cellOf, column, listOf, type Result } from './output-format.ts';

/** RFC 7518 §6, RFC 8037 §2. Keys that the server generated for its signatures have no `alg`. */
const algorithmsByType: Readonly<Record<string, string>> = {
  RSA: 'RS256',
  'EC P-256': 'ES256',
  'EC P-521': 'ES512',
  'OKP Ed25519': 'EdDSA',
  oct: 'HS256',
};

const algorithmOf = ({ alg, kty, crv }: JsonObject): string | undefined =>
  cellOf(alg) || algorithmsByType[`${cellOf(kty)} ${cellOf(crv)}`.trim()];

const columns: readonly Column[] = [
  column('KID', 'kid'),
  ['ALGORITHM', (key) => algorithmOf(key) ?? ''],
  column('USE', 'use'),
  column('TYPE', 'kty'),
];

/** RFC 7518 §6.2.2, §6.3.2, §6.4: members that only the owner of a key may know. */
const privateMembers = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']);

const publicPart = (key: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(key).filter(([member]) => !privateMembers.has(member)));

/** Private halves are never printed: terminals and logs keep what they show. */
const keyList = (keys: readonly JsonObject[]): Result => listOf(keys.map(publicPart), columns);

const setMeaning = `The set of keys. The server signs with ${signingKeySet}.`;

export const addKeyCommands = (program: Command, context: CommandContext): void => {
  const keys = program.command('keys').description('Manage sets of keys. Private halves are never printed.');
  onAdminApi(keys.command('list'))
    .description('List the keys of a set, newest first.')
    .argument('[set]', setMeaning, signingKeySet)
    .action((set, options) => withAdminClient(options, context, async (client) => keyList(await client.listKeys(set))));
  onAdminApi(keys.command('create'))
    .summary('Generate a key in a set.')
    .description(
      `Generate a key in a set. In ${signingKeySet} it signs immediately, and the key before it stays published until everything that it signed has expired.`,
    )
    .argument('[set]', setMeaning, signingKeySet)
    .requiredOption('--alg <algorithm>', 'RS256, PS256, ES256, ES512, EdDSA, HS256 or HS512.')
    .option('--kid <kid>', 'The id of the key. Default: a random one.')
    .option('--use <use>', 'sig for signatures, enc for encryption.', 'sig')
    .action((set, { alg, kid, use, ...options }) =>
      withAdminClient(options, context, async (client) =>
        keyList(await client.createKey(set, { alg, use, ...(kid === undefined ? {} : { kid }) })),
      ),
    );
  onAdminApi(keys.command('rotate'))
    .summary('Generate a successor for the keys of a set.')
    .description(
      'Generate a new key for each algorithm of a set, for example after a leak. The server signs with it immediately. The server also rotates its keys regularly (CLAVIGER_KEY_ROTATION_INTERVAL).',
    )
    .argument('[set]', setMeaning, signingKeySet)
    .option('--alg <algorithm>', 'Only the keys for this algorithm.')
    .action((set, { alg, ...options }) =>
      withAdminClient(options, context, async (client) => keyList(await rotate(client, set, alg, context))),
    );
  onAdminApi(keys.command('delete'))
    .summary('Delete a key, or a whole set.')
    .description(
      'Delete keys from a set. A key pair has two ids: private:ID and public:ID. With --all, delete the whole set.',
    )
    .argument('<set>', 'The set of keys.')
    .argument('[kid...]', 'The ids of the keys.')
    .option('--all', 'Delete every key of the set.')
    .action((set, kids, { all, ...options }) => {
      if ((kids.length === 0) === (all === undefined)) {
        throw new CommandError('Name the keys to delete, or pass --all for the whole set.', exitCodes.usage);
      }
      return withAdminClient(options, context, async (client) => {
        if (all) await client.deleteKeys(set);
        for (const kid of kids) await client.deleteKeys(set, kid);
        return null;
      });
    });
};

const rotate = async (
  client: AdminClient,
  set: string,
  only: string | undefined,
  context: CommandContext,
): Promise<readonly JsonObject[]> => {
  const present = await client.listKeys(set);
  const newest = new Map<string, JsonObject>();
  for (const key of present) {
    const alg = algorithmOf(key);
    if (alg !== undefined && !newest.has(alg)) newest.set(alg, key);
  }
  const chosen = [...newest].filter(([alg]) => only === undefined || alg === only);
  if (chosen.length === 0) {
    throw new CommandError(`The set "${set}" has no key for ${only ?? 'a known algorithm'}. Use claviger keys create.`);
  }
  const created: JsonObject[] = [];
  for (const [alg, { use }] of chosen) {
    context.note(`Generating a key for ${alg} …`);
    created.push(...(await client.createKey(set, { alg, use: cellOf(use) || 'sig' })));
  }
  return created;
};
