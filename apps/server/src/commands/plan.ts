// `plan` and `apply`: make the stored records equal to their declarations in files. Both can run while nodes serve requests.
import { type DeclaredStep, OAuthError } from '@claviger/core';
import type { Config } from '../config.ts';
import { isChange, planRead } from '../declarations/plan-files.ts';
import { readDeclarations } from '../declarations/read-declarations.ts';
import type { Environment } from '../declarations/secret-reference.ts';
import { changedMembers, nameOf, planJson, planText } from '../declarations/show-plan.ts';
import { exitCodes } from './command-context.ts';
import { withProvider } from './with-provider.ts';

export interface DeclarationsCommand {
  readonly config: Config;
  /** Where references find secrets. */
  readonly environment: Environment;
  /** A file or folder. */
  readonly path: string;
  /** Whether to delete the records that were declared before and are not any more. */
  readonly prune: boolean;
  readonly write: (text: string) => void;
  readonly note: (text: string) => void;
}

type Use = (steps: readonly DeclaredStep[]) => Promise<number>;

const withPlan = async (command: DeclarationsCommand, use: Use): Promise<number> => {
  const read = await readDeclarations(command.path, command.environment);
  return withProvider(command.config, async (provider) => {
    const steps = await planRead(provider, read, true);
    const kept = command.prune ? [] : steps.filter(({ action }) => action === 'delete');
    const code = await use(steps.filter((step) => !kept.includes(step)));
    if (kept.length > 0)
      command.note(`Not declared any more, and kept: ${kept.map(nameOf).join(', ')}. --prune deletes them.`);
    return code;
  });
};

/** Resolves to the exit code: `changes` if there is something to create, change or delete. */
export const plan = (command: DeclarationsCommand, format: 'text' | 'json'): Promise<number> =>
  withPlan(command, async (steps) => {
    command.write(format === 'json' ? planJson(steps) : planText(steps));
    return steps.some(isChange) ? exitCodes.changes : exitCodes.ok;
  });

const done = { create: '+ created', update: '~ changed', adopt: '= marked as declared', delete: '- deleted' } as const;

const conflict =
  'was changed after the plan was made, so nothing was written to it. Run "plan" to see the difference, and "apply" to apply it.';

const lineOf = async (step: DeclaredStep): Promise<{ readonly line: string; readonly failed: boolean }> => {
  const name = nameOf(step);
  try {
    const outcome = await step.run();
    if (outcome === 'conflict') return { line: `! ${name} ${conflict}`, failed: true };
    if (outcome === 'unneeded') return { line: `= ${name}: another node has done this`, failed: false };
    const members = step.action === 'update' ? ` (${changedMembers(step).join(', ')})` : '';
    return { line: `${done[step.action]} ${name}${members}`, failed: false };
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return { line: `! ${name}: ${error.hint || error.code}`, failed: true };
  }
};

/** Resolves to the exit code: `failed` if a record could not be written. The others are still written. */
export const apply = (command: DeclarationsCommand): Promise<number> =>
  withPlan(command, async (steps) => {
    let code: number = exitCodes.ok;
    for (const step of steps) {
      const { line, failed } = await lineOf(step);
      command.write(`${line}\n`);
      if (failed) code = exitCodes.failed;
    }
    if (steps.length === 0) command.write('Nothing to do.\n');
    return code;
  });
