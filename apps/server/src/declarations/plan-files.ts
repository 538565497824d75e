// From files to a plan.
import type { DeclaredStep, Provider } from '@claviger/core';
import { invalidDeclarations, type ReadDeclarations } from './read-declarations.ts';

/** Marking a record changes nothing that anybody sees. */
export const isChange = ({ action }: DeclaredStep): boolean => action !== 'adopt';

/** Throws ConfigurationError if a declaration breaks a rule. Then nothing should be applied. */
export const planRead = async (
  { admin }: Provider,
  { declarations, describe }: ReadDeclarations,
  findAbsent: boolean,
): Promise<readonly DeclaredStep[]> => {
  const { steps, problems } = await admin.planDeclarations({ declarations, findAbsent });
  if (problems.length > 0) throw invalidDeclarations(problems.map(describe));
  return steps;
};
