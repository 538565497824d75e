// The process: runs one command. commands/command-context.ts has the exit codes.
import { StoreUnavailable } from '@claviger/core';
import { CommanderError } from '@commander-js/extra-typings';
import { CommandContext, CommandError, exitCodes } from './commands/command-context.ts';
import { buildCommandLine } from './commands/command-line.ts';
import { type CommandOutput, makeCommandOutput } from './commands/command-output.ts';
import { ConfigurationError } from './config.ts';

// A message that cannot be shown must not end the process.
process.stderr.on('error', () => undefined);

const note = (text: string): void => {
  process.stderr.write(text);
};

/** A command loads only the modules that it needs. A primary and `version`, for example, need no database driver. */
const run = async (words: readonly string[]): Promise<number> => {
  const isServer = words.length === 0 || words[0] === 'serve';
  const output = isServer ? directOutput : makeCommandOutput(process.stdout);
  const context = new CommandContext(process.env, output, note);
  const isDone = await parse(context, words.length === 0 ? ['serve'] : words);
  await output.flushed();
  return isDone ? context.exitCode : exitCodes.usage;
};

/** `serve` writes its log itself, and survives a standard output that has closed. */
const directOutput: CommandOutput = {
  write: (text) => {
    process.stdout.write(text);
  },
  flushed: async () => undefined,
};

/** Whether the command line was valid. Its help counts as valid. */
const parse = async (context: CommandContext, words: readonly string[]): Promise<boolean> => {
  try {
    await buildCommandLine(context).parseAsync(words, { from: 'user' });
    return true;
  } catch (error) {
    // Commander has written its text already.
    if (error instanceof CommanderError) return error.exitCode === 0;
    throw error;
  }
};

const failure = (error: unknown): number => {
  const message = error instanceof Error ? error.message || String(error) : String(error);
  const text =
    error instanceof StoreUnavailable && error.cause instanceof Error ? `${message} ${error.cause.message}` : message;
  note(`${text}\n`);
  if (error instanceof CommandError) return error.exitCode;
  if (error instanceof StoreUnavailable) return exitCodes.unreachable;
  return error instanceof ConfigurationError ? exitCodes.usage : exitCodes.failed;
};

// Only the user of the server can read the files that it writes.
process.umask(0o077);
run(process.argv.slice(2))
  .catch(failure)
  .then((code) => process.exit(code));
