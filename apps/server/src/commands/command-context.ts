// What every command gets: the environment, where its output goes, and the exit code that it leaves.
import type { CommandOutput } from './command-output.ts';

/** docs/cli.md lists them. */
export const exitCodes = {
  ok: 0,
  /** The command failed, the server refused it, or a check found something. */
  failed: 1,
  /** The command line or the settings are not valid. */
  usage: 2,
  /** The server or a store cannot be reached. */
  unreachable: 3,
  /** The key of the admin API is missing or unknown, or lacks a scope. */
  denied: 4,
  /** `plan` found something to apply. */
  changes: 5,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A failure with its exit code. Its message says what is wrong and what to do, and contains no secrets. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = exitCodes.failed, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

export class CommandContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The exit code of the process if the command does not throw. */
  exitCode: number = exitCodes.ok;
  readonly #output: CommandOutput;
  readonly #notes: (text: string) => void;

  /** `notes`: writes to standard error. */
  constructor(
    environment: Readonly<Record<string, string | undefined>>,
    output: CommandOutput,
    notes: (text: string) => void,
  ) {
    this.environment = environment;
    this.#output = output;
    this.#notes = notes;
  }

  /** Writes a part of the result to standard output. */
  readonly write = (text: string): void => this.#output.write(text);

  /** Writes progress and remarks to standard error, so that they do not mix with the result. */
  readonly note = (text: string): void => this.#notes(`${text}\n`);
}
