// What a command prints on standard output.
import type { Writable } from 'node:stream';

export interface CommandOutput {
  write(text: string): void;
  /** Resolves when everything is written. Rejects if a write failed. */
  flushed(): Promise<void>;
}

export const makeCommandOutput = (stream: Writable): CommandOutput => {
  let failure: Error | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The reader has stopped, as in `migrate up --dry-run | head`. The command still runs to its end.
    if (error.code !== 'EPIPE') failure ??= error;
  });
  return {
    write: (text) => {
      stream.write(text);
    },
    flushed: async () => {
      // The callback of an empty write runs after all earlier writes.
      await new Promise((resolve) => stream.write('', resolve));
      if (failure) throw new Error(`The output could not be written: ${failure.message}`, { cause: failure });
    },
  };
};
