// What files declare, and the steps that make the stores equal to it. Each kind of record has an entry in Declarations.
import type { ProposedMetadata } from '../../domain/client.ts';
import type { JsonValue } from '../../domain/json.ts';

/** A client as a file describes it: a whole registration, like the body of an update. */
export interface DeclaredClient {
  readonly id: string;
  /** Without it the client keeps the one it has. */
  readonly secret?: string | undefined;
  readonly metadata: ProposedMetadata;
}

export interface Declarations {
  /** Each id once. */
  readonly clients: readonly DeclaredClient[];
}

export type DeclaredKind = keyof Declarations;

export interface MemberChange {
  /** The name in core. `secret` has neither `from` nor `to`: it is never shown. */
  readonly member: string;
  readonly from?: JsonValue | undefined;
  readonly to?: JsonValue | undefined;
}

/**
 * `done`: this call wrote. `unneeded`: the store already has it, because another node applied the same. `conflict`: the
 * record was changed after the plan was made, and differs from its declaration, so nothing was written.
 */
export type StepOutcome = 'done' | 'unneeded' | 'conflict';

export interface DeclaredStep {
  readonly kind: DeclaredKind;
  readonly id: string;
  /**
   * `adopt`: the record equals its declaration, and is marked as declared, so that it may be deleted when no file
   * declares it. `delete`: the record is marked, and no file declares it.
   */
  readonly action: 'create' | 'update' | 'adopt' | 'delete';
  /** Of `create` and `update`. */
  readonly changes: readonly MemberChange[];
  /** Throws OAuthError where only the attempt shows that the declaration is invalid, as with a sector identifier. */
  readonly run: () => Promise<StepOutcome>;
}

export interface DeclarationProblem {
  readonly kind: DeclaredKind;
  readonly id: string;
  /** Names the member, as in a request. */
  readonly hint: string;
}

export interface DeclarationPlan {
  /** In the order of the declarations, deletions last. */
  readonly steps: readonly DeclaredStep[];
  /** Declarations that break a rule. They have no step. */
  readonly problems: readonly DeclarationProblem[];
}

export interface PlanDeclarations {
  readonly declarations: Declarations;
  /** Whether to look for records to delete, which reads all records of the store. */
  readonly findAbsent: boolean;
}

/** How one kind of record is compared with its declarations and written. */
export interface KindPlanner<Declared> {
  /** null: nothing to do. Throws invalid_request, naming the member. */
  planOne(declared: Declared): Promise<DeclaredStep | null>;
  /** Deletions of the marked records that are not among these. */
  planAbsent(declaredIds: ReadonlySet<string>): Promise<readonly DeclaredStep[]>;
}
