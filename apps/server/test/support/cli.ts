// Runs commands of the command line as an operator does: each as a process.
import { spawn } from 'node:child_process';
import { type Cleanup, cleanEnvironment, serverProgram } from './start-server.ts';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly stdin?: string;
  /** Called with all of standard error, whenever there is more of it. */
  readonly onNotes?: (stderr: string) => void;
}

export type RunCommand = (words: readonly string[], options?: CommandOptions) => Promise<CommandResult>;

/** `settings`: the variables of every command. */
export const commandLine =
  (t: Cleanup, settings: Readonly<Record<string, string>>): RunCommand =>
  (words, { stdin = '', onNotes } = {}) => {
    const [program, ...first] = serverProgram;
    const child = spawn(program, [...first, ...words], {
      env: { ...cleanEnvironment(), ...settings },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    t.teardown(() => child.kill('SIGKILL'));
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      onNotes?.(stderr);
    });
    // A command that does not read it may end first.
    child.stdin.on('error', () => undefined).end(stdin);
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout, stderr }));
    });
  };
