// Commands that help with the command line and with finding faults.
import { Argument, type Command } from '@commander-js/extra-typings';
import type { JsonObject } from '../admin-client/json.ts';
import { onAdminApi, transportOf } from './admin-options.ts';
import { type CommandContext, CommandError, exitCodes } from './command-context.ts';
import { completionScript, shellNames } from './completion.ts';
import { column, listOf, render } from './output-format.ts';

const columns = [column('STATUS', 'status'), column('CHECK', 'check'), column('DETAIL', 'detail')];

export const addToolCommands = (program: Command, context: CommandContext): void => {
  onAdminApi(program.command('doctor'))
    .summary('Find out what is wrong with a server.')
    .description(
      'Check the settings, the stores, the issuer, the clock and the admin API, from a machine with the settings of the server. The exit code is 1 if there is a problem.',
    )
    .action(async (options) => {
      if (options.direct) {
        throw new CommandError('doctor checks the stores and the admin API. Remove --direct.', exitCodes.usage);
      }
      const { examine } = await import('./doctor.ts');
      const transport = await transportOf(options, context);
      const found: JsonObject[] = [];
      for await (const finding of examine(context.environment, transport)) {
        found.push({ ...finding });
        if (finding.status === 'problem') context.exitCode = exitCodes.failed;
      }
      context.write(await render(options.format, listOf(found, columns)));
    });

  program
    .command('completion')
    .summary('Print a script that completes the command line.')
    .description(
      'Print a script that completes the command line in a shell, such as: source <(claviger completion bash)',
    )
    .addArgument(new Argument('<shell>', 'The shell.').choices(shellNames))
    .action((shell) => context.write(completionScript(shell, program)));
};
