// CLAVIGER_APPLY: each node applies the declarations when its stores can be used, before it serves requests.
import { setTimeout as sleep } from 'node:timers/promises';
import { type DeclaredStep, OAuthError, type Provider, StoreUnavailable } from '@claviger/core';
import { reasonOf } from '@claviger/http';
import { planRead } from './plan-files.ts';
import { invalidDeclarations, readDeclarations } from './read-declarations.ts';
import type { Environment } from './secret-reference.ts';
import { changedMembers, nameOf } from './show-plan.ts';

interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface ApplyAtStart {
  /** Whether the stores have what the files declare. */
  isDone(): boolean;
  /** Rejects with ConfigurationError if a declaration breaks a rule. Retries while a store is unavailable. */
  run(provider: Provider, log: Log, ending: AbortSignal): Promise<void>;
}

/** Milliseconds between two attempts. */
const pause = 1000;

/** Reads the files. Throws ConfigurationError if they are not valid. */
export const makeApplyAtStart = async (path: string, environment: Environment): Promise<ApplyAtStart> => {
  const read = await readDeclarations(path, environment);
  let done = false;
  return {
    isDone: () => done,
    async run(provider, log, ending) {
      for (let isFirst = true; !done; isFirst = false) {
        try {
          for (const step of await planRead(provider, read, false)) await runStep(step, log);
          done = true;
        } catch (error) {
          if (!(error instanceof StoreUnavailable)) throw error;
          if (isFirst)
            log.error({ reason: reasonOf(error) }, 'declarations cannot be applied; the server keeps trying');
          await sleep(pause, undefined, { signal: ending });
        }
      }
    },
  };
};

const runStep = async (step: DeclaredStep, log: Log): Promise<void> => {
  const { kind, id, action } = step;
  try {
    const outcome = await step.run();
    if (outcome === 'done') log.info({ kind, id, action, members: changedMembers(step) }, 'declaration applied');
    if (outcome === 'conflict')
      log.warn({ kind, id }, 'declaration not applied, because the record has just been changed');
  } catch (error) {
    throw error instanceof OAuthError ? invalidDeclarations([`${nameOf(step)}: ${error.hint || error.code}`]) : error;
  }
};
