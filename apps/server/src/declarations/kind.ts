// What a kind of records in files consists of.
import type { Environment } from './secret-reference.ts';
import type { Path } from './source-file.ts';

/** Where an entry comes from, for its references. */
export interface EntryContext {
  readonly file: string;
  readonly environment: Environment;
}

export type ReadEntry<Declared> =
  | { readonly declared: Declared }
  /** `path`: within the entry. */
  | { readonly path: Path; readonly problem: string };

export interface Kind<Declared> {
  /** JSON Schema (draft 7) of an entry. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** What messages call an entry. */
  readonly title: string;
  /** The member that identifies an entry. */
  readonly idMember: string;
  /** The names of members in files, by their names in core. */
  readonly names: Readonly<Record<string, string>>;
  /** Reads an entry that fits the schema. */
  read(value: unknown, context: EntryContext): Promise<ReadEntry<Declared>>;
}
