// Compares declarations with the stores. Writes nothing: the steps of the plan do.
import { OAuthError } from '../../errors/oauth-error.ts';
import type {
  DeclarationPlan,
  DeclarationProblem,
  Declarations,
  DeclaredKind,
  DeclaredStep,
  KindPlanner,
  PlanDeclarations,
} from './declarations.ts';

type Planners = { readonly [Kind in DeclaredKind]: KindPlanner<Declarations[Kind][number]> };

export const makePlanDeclarations =
  (planners: Planners) =>
  async ({ declarations, findAbsent }: PlanDeclarations): Promise<DeclarationPlan> => {
    const steps: DeclaredStep[] = [];
    const deletions: DeclaredStep[] = [];
    const problems: DeclarationProblem[] = [];
    const planKind = async <Kind extends DeclaredKind>(kind: Kind): Promise<void> => {
      for (const declared of declarations[kind]) {
        try {
          const step = await planners[kind].planOne(declared);
          if (step) steps.push(step);
        } catch (error) {
          if (!(error instanceof OAuthError && error.code === 'invalid_request')) throw error;
          problems.push({ kind, id: declared.id, hint: error.hint });
        }
      }
      if (!findAbsent) return;
      const ids = new Set(declarations[kind].map(({ id }) => id));
      deletions.push(...(await planners[kind].planAbsent(ids)));
    };
    for (const kind of Object.keys(planners) as DeclaredKind[]) await planKind(kind);
    return { steps: [...steps, ...deletions], problems };
  };
