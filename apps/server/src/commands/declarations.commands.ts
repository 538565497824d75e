// `plan` and `apply`.
import { type Command, Option } from '@commander-js/extra-typings';
import { readConfig } from '../config.ts';
import { type CommandContext, CommandError, exitCodes } from './command-context.ts';

const format = new Option('--format <format>', 'The form of the output.')
  .choices(['text', 'json'] as const)
  .default('text' as const);

export const addDeclarationCommands = (program: Command, context: CommandContext): void => {
  const { environment, write, note } = context;
  program
    .command('plan')
    .summary('Show what "apply" would do with the files.')
    .description(
      'Compare the declarations of a file or folder with the stores, and show what "apply" would create, change and delete. Writes nothing. The exit code is 0 if there is nothing to do, and 5 otherwise.',
    )
    .argument('[path]', 'A .yaml, .yml or .json file, or a folder of them.')
    .option('--prune', 'Include the deletion of clients that files declared before and do not declare any more.')
    .option('--schema', 'Print the JSON Schema of the files instead.')
    .addOption(format)
    .action(async (path, { prune = false, schema, format }) => {
      if (schema) {
        const { declarationsSchema } = await import('../declarations/schema.ts');
        write(`${JSON.stringify(declarationsSchema(), null, 2)}\n`);
        return;
      }
      if (path === undefined) throw new CommandError('plan needs the path of a file or folder.', exitCodes.usage);
      const { plan } = await import('./plan.ts');
      const command = { config: readConfig(environment), environment, path, prune, write, note };
      context.exitCode = await plan(command, format);
    });
  program
    .command('apply')
    .summary('Make the stored clients equal to the files.')
    .description(
      'Create and change clients until they equal the declarations of a file or folder. You can repeat it, and run it on several nodes concurrently. A client that somebody changes in the meantime is left alone; the exit code is then 1.',
    )
    .argument('<path>', 'A .yaml, .yml or .json file, or a folder of them.')
    .option('--prune', 'Delete the clients that files declared before and do not declare any more.')
    .action(async (path, { prune = false }) => {
      const { apply } = await import('./plan.ts');
      context.exitCode = await apply({ config: readConfig(environment), environment, path, prune, write, note });
    });
};
