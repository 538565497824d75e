// How long each store command takes.
import type { Stores } from '@claviger/core';
import type { LabelledHistogram, Observations } from '@claviger/http';
import { wrapCommands } from './wrap-commands.ts';

export const measureCommands = (stores: Stores, durations: LabelledHistogram): Stores =>
  wrapCommands(stores, (store, command, run) => {
    // A series begins with its first observation: a scrape does not list commands that nobody uses.
    let succeeded: Observations | undefined;
    let failed: Observations | undefined;
    return (...parameters) => {
      const start = performance.now();
      const answer = run(...parameters);
      // Runs next to the caller's own await, so it does not delay the caller.
      answer.then(
        () => {
          succeeded ??= durations.of({ store, command, outcome: 'ok' });
          succeeded.add((performance.now() - start) / 1000);
        },
        () => {
          failed ??= durations.of({ store, command, outcome: 'error' });
          failed.add((performance.now() - start) / 1000);
        },
      );
      return answer;
    };
  });
