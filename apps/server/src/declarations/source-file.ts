// Files of declarations as they are on disk: their contents, and the line of every member.
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { type Document, isAlias, isMap, isSeq, LineCounter, type Node, parseAllDocuments, type YAMLError } from 'yaml';

export type Path = readonly (string | number)[];

export interface SourceFile {
  readonly file: string;
  /** One for each YAML document. A JSON file has one. */
  readonly documents: readonly SourceDocument[];
}

export interface SourceDocument {
  readonly value: unknown;
  /** Where messages point: `file:line`. For a missing member, the line of the object that should have it. */
  placeOf(path: Path): string;
}

const extensions: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json']);

/** Problems that keep a file from being read. */
export class UnreadableFile extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

/**
 * The file, or the files of the folder and its subfolders with a known extension, sorted. Names with a leading dot are
 * skipped: a mounted Kubernetes ConfigMap has its data twice, in a folder `..data` and as links to it.
 */
export const findFiles = async (path: string): Promise<readonly string[]> => {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort();
    const files: string[] = [];
    for (const name of names) {
      const entry = join(path, name);
      if ((await stat(entry)).isDirectory()) files.push(...(await findFiles(entry)));
      else if (extensions.has(extname(name).toLowerCase())) files.push(entry);
    }
    return files;
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    throw new UnreadableFile([`${path}: cannot be read (${reasonOf(error)}).`]);
  }
};

const lineOf = (lines: LineCounter, offset: number): number => lines.linePos(offset).line;

const childOf = (node: Node, step: string | number): { readonly at: number; readonly node: unknown } | undefined => {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => String(key) === String(step));
    const key = pair?.key as Node | undefined;
    return pair && { at: key?.range?.[0] ?? 0, node: pair.value };
  }
  const item = isSeq(node) ? (node.items[Number(step)] as Node | undefined) : undefined;
  return item && { at: item.range?.[0] ?? 0, node: item };
};

const offsetOf = (document: Document.Parsed, path: Path): number => {
  let node: unknown = document.contents;
  let at = document.contents?.range[0] ?? 0;
  for (const step of path) {
    const target = isAlias(node) ? node.resolve(document) : (node as Node | null);
    const child = target && childOf(target, step);
    if (!child) break;
    ({ at, node } = child);
  }
  return at;
};

/** Throws UnreadableFile. */
export const readSourceFile = async (file: string): Promise<SourceFile> => {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UnreadableFile([`${file}: cannot be read (${reasonOf(error)}).`]);
  });
  const lines = new LineCounter();
  // JSON is YAML, so that one parser finds the lines of both.
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  if ('empty' in parsed) return { file, documents: [] };
  const faults: readonly YAMLError[] = parsed.flatMap(({ errors, warnings }) => [...errors, ...warnings]);
  if (faults.length > 0) {
    throw new UnreadableFile(faults.map(({ pos, message }) => `${file}:${lineOf(lines, pos[0])}: ${message}`));
  }
  const documents = parsed.filter(({ contents }) => contents !== null);
  return {
    file,
    documents: documents.map((document) => ({
      value: toValue(file, document),
      placeOf: (path) => `${file}:${lineOf(lines, offsetOf(document, path))}`,
    })),
  };
};

const toValue = (file: string, document: Document.Parsed): unknown => {
  try {
    return document.toJS();
  } catch (error) {
    // Too many aliases: they would expand into a huge value.
    throw new UnreadableFile([`${file}: ${error instanceof Error ? error.message : String(error)}`]);
  }
};
