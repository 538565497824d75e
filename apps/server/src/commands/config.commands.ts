// `config …`: the settings of the server.
import type { Command } from '@commander-js/extra-typings';
import type { JsonObject } from '../admin-client/json.ts';
import type { Variable } from '../config/settings/declare.ts';
import { settingsSchema } from '../config/settings-schema.ts';
import { readSources } from '../config/sources.ts';
import { variables } from '../config/variables.ts';
import { readConfig } from '../config.ts';
import { formatOption } from './admin-options.ts';
import type { CommandContext } from './command-context.ts';
import { column, listOf, render } from './output-format.ts';

const hidden = '(hidden)';

export const addConfigCommands = (program: Command, context: CommandContext): void => {
  const config = program.command('config').description('Check and show the settings of the server.');
  config
    .command('check')
    .summary('Check the settings.')
    .description(
      'Check the settings as the server does at start, and print what is wrong. If anything is, the exit code is 2.',
    )
    .action(() => {
      const { warnings } = readConfig(context.environment);
      for (const warning of warnings) context.write(`Warning: ${warning}\n`);
      context.write('The configuration is valid.\n');
    });
  config
    .command('print')
    .summary('Show every setting and where it comes from.')
    .description('Show every setting and where it comes from. Secrets are hidden. Does not check the settings.')
    .addOption(formatOption)
    .action(async ({ format }) => {
      const columns = [column('SETTING', 'setting'), column('VALUE', 'value'), column('FROM', 'from')];
      context.write(await render(format, listOf(settingsInUse(context.environment), columns)));
    });
  config
    .command('schema')
    .description('Print a JSON Schema of the configuration file (CLAVIGER_CONFIG), for editors.')
    .action(() => context.write(`${JSON.stringify(settingsSchema(), null, 2)}\n`));
};

/** A URL with @ may have a password, even where the server would refuse it. */
const shownText = (text: string, isSecret: boolean): string => (isSecret || text.includes('@') ? hidden : text);

const settingsInUse = (environment: CommandContext['environment']): readonly JsonObject[] => {
  const { settings } = readSources(environment);
  return Object.values(variables).map(({ name, secret, shown }: Variable<unknown>) => {
    const given = settings.get(name);
    if (!given) return { setting: name, value: shown, from: 'default' };
    const from = given.label === name ? 'environment' : 'file';
    return { setting: name, value: shownText(given.text, secret), from };
  });
};
