// Reads the declarations of a file or folder. Every problem names its file and line, the record, and the member.
import type { DeclarationProblem, Declarations, DeclaredKind } from '@claviger/core';
import { ConfigurationError } from '../config.ts';
import type { Kind } from './kind.ts';
import { kindNames, kinds } from './kinds.ts';
import { makeCheckSchema } from './schema.ts';
import type { Environment } from './secret-reference.ts';
import { findFiles, type Path, readSourceFile, type SourceDocument, UnreadableFile } from './source-file.ts';

export interface ReadDeclarations {
  readonly declarations: Declarations;
  /** A problem that core found, with the line of the member that it names. */
  describe(problem: DeclarationProblem): string;
}

export const invalidDeclarations = (problems: readonly string[]): ConfigurationError =>
  new ConfigurationError(problems, 'The declarations are not valid:');

interface Entry {
  readonly document: SourceDocument;
  readonly path: Path;
}

type Found = { readonly [Name in DeclaredKind]: Map<string, { readonly entry: Entry; readonly declared: unknown }> };

/** `redirect_uris[0]` */
const memberText = (path: Path): string =>
  path.reduce<string>(
    (text, step) => (/^\d+$/.test(String(step)) ? `${text}[${step}]` : text === '' ? `${step}` : `${text}.${step}`),
    '',
  );

/** Postgres refuses U+0000, and UTF-8 cannot encode half a surrogate pair (RFC 3629 §3). */
const unstorable = (value: unknown, path: Path = []): Path | undefined => {
  if (typeof value === 'string') return /\0|\p{Surrogate}/u.test(value) ? path : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const found = unstorable(name) ?? unstorable(member, [...path, name]);
    if (found) return found;
  }
  return undefined;
};

const idOf = (value: unknown, { idMember }: Kind<unknown>): string | undefined => {
  const id = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[idMember] : undefined;
  return typeof id === 'string' && id !== '' ? id : undefined;
};

const isKind = (name: unknown): name is DeclaredKind => kindNames.some((kind) => kind === name);

/** `path`: from the document. Within an entry, the message names the record. */
const problemAt = ({ value, placeOf }: SourceDocument, path: Path, problem: string): string => {
  const [kind, index, ...member] = path;
  const place = placeOf(path);
  if (!isKind(kind) || index === undefined) return `${place}: ${[memberText(path), problem].join(' ').trim()}`;
  const entry = (value as Record<DeclaredKind, readonly unknown[]>)[kind][Number(index)];
  const id = idOf(entry, kinds[kind]);
  const what = id === undefined ? `${kind}[${index}]` : `${kinds[kind].title} ${JSON.stringify(id)}`;
  return `${place}: ${what}: ${[memberText(member), problem].join(' ').trim()}`;
};

/** Throws ConfigurationError, which lists every problem of every file. No problem contains a secret. */
export const readDeclarations = async (path: string, environment: Environment): Promise<ReadDeclarations> => {
  const problems: string[] = [];
  const found: Found = { clients: new Map() };
  const check = makeCheckSchema();
  const readEntry = async (file: string, document: SourceDocument, kind: DeclaredKind, index: number) => {
    const entry = { document, path: [kind, index] };
    const value = (document.value as Record<DeclaredKind, readonly unknown[]>)[kind][index];
    const id = idOf(value, kinds[kind]) ?? '';
    const other = found[kind].get(id)?.entry;
    if (other) {
      const where = other.document.placeOf(other.path);
      problems.push(problemAt(document, entry.path, `is declared at ${where} too`));
      return;
    }
    const read = await kinds[kind].read(value, { file, environment });
    if ('problem' in read) problems.push(problemAt(document, [...entry.path, ...read.path], read.problem));
    found[kind].set(id, { entry, declared: 'declared' in read ? read.declared : undefined });
  };
  const readDocument = async (file: string, document: SourceDocument): Promise<void> => {
    const findings = check(document.value);
    for (const finding of findings) problems.push(problemAt(document, finding.path, finding.problem));
    const text = unstorable(document.value);
    if (text) problems.push(problemAt(document, text, 'contains U+0000 or an unpaired surrogate'));
    if (findings.length > 0 || text) return;
    for (const kind of kindNames) {
      const entries = (document.value as Partial<Record<DeclaredKind, readonly unknown[]>>)[kind] ?? [];
      for (const index of entries.keys()) await readEntry(file, document, kind, index);
    }
  };
  for (const file of await filesOf(path)) {
    try {
      const { documents } = await readSourceFile(file);
      for (const document of documents) await readDocument(file, document);
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw invalidDeclarations(problems);
  return { declarations: declarationsOf(found), describe: (problem) => describe(found, problem) };
};

const filesOf = async (path: string): Promise<readonly string[]> => {
  const files = await findFiles(path).catch((error: unknown) => {
    throw error instanceof UnreadableFile ? invalidDeclarations(error.problems) : error;
  });
  // A mistyped or unmounted folder must not look like one that declares nothing: pruning would delete everything.
  if (files.length === 0) throw invalidDeclarations([`${path}: there is no .yaml, .yml or .json file.`]);
  return files;
};

const declarationsOf = (found: Found): Declarations =>
  Object.fromEntries(
    kindNames.map((kind) => [kind, [...found[kind].values()].map(({ declared }) => declared)]),
  ) as unknown as Declarations;

/** Hints of core name the member as the files do. */
const describe = (found: Found, { kind, id, hint }: DeclarationProblem): string => {
  const entry = found[kind].get(id)?.entry;
  if (!entry) return hint;
  const names = new Set(Object.values(kinds[kind].names));
  const member = hint.split(/[^a-z_]+/).find((word) => names.has(word));
  const place = entry.document.placeOf(member ? [...entry.path, member] : entry.path);
  return `${place}: ${kinds[kind].title} ${JSON.stringify(id)}: ${hint}`;
};
