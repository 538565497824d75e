// The release before this one, from the history of this repository, compiled into a temporary folder. It runs beside
// this release during an upgrade and uses the dependencies of this release.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Cleanup } from './start-server.ts';

/** The last commit of the previous release, whose schema lacks what migrations have added since. To be moved with each release. */
const commit = '7c4d0bada47c41edd811740030b07d8b520186eb';

const root = fileURLToPath(new URL('../../../../../', import.meta.url));
const workspaces = [
  'packages/core',
  'packages/adapters-sql',
  'packages/adapters-redis',
  'packages/http',
  'apps/server',
];

const run = promisify(execFile);

/** Compiles without checking types, which were checked at its release. */
const translation = JSON.stringify({
  extends: '../../tsconfig.base.json',
  compilerOptions: {
    noCheck: true,
    composite: false,
    declaration: false,
    declarationMap: false,
    sourceMap: false,
    rootDir: 'src',
    outDir: 'dist/src',
  },
  include: ['src'],
});

export interface BuiltRelease {
  /** Compiled main file of the server. */
  readonly main: string;
  /** Compiled index files of the adapters. */
  readonly adapters: { readonly sql: string; readonly redis: string };
}

export type PreviousRelease = BuiltRelease | { readonly missing: string };

/** The compiled release, or the reason why it is missing. */
export const buildPreviousRelease = async (t: Cleanup): Promise<PreviousRelease> => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-previous-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const archive = join(folder, 'source.tar');
  try {
    const wanted = ['archive', '-o', archive, commit, 'tsconfig.base.json', ...workspaces];
    await run('git', wanted, { cwd: root });
  } catch (error) {
    return { missing: `the source of ${commit.slice(0, 7)} is not in the git history here: ${firstLine(error)}` };
  }
  await run('tar', ['-xf', archive, '-C', folder]);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const workspace of workspaces) linkDependencies(folder, workspace);
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const compile = async (workspace: string): Promise<void> => {
    writeFileSync(join(folder, workspace, 'tsconfig.json'), translation);
    await run(process.execPath, [compiler, '-p', join(folder, workspace)]);
  };
  await Promise.all(workspaces.map(compile));
  const adapter = (name: string): string => join(folder, 'packages', name, 'dist/src/index.js');
  return {
    main: join(folder, 'apps/server/dist/src/main.js'),
    adapters: { sql: adapter('adapters-sql'), redis: adapter('adapters-redis') },
  };
};

/** Links dependencies to those of the working copy, except packages of this project, which are those of the release. */
const linkDependencies = (folder: string, workspace: string): void => {
  const from = join(root, workspace, 'node_modules');
  const names = readdirSync(from).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(from, name)).map((inner) => join(name, inner)) : [name],
  );
  for (const name of names) {
    const own = /^@claviger\/(.+)$/.exec(name)?.[1];
    const link = join(folder, workspace, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(own === undefined ? realpathSync(join(from, name)) : join(folder, 'packages', own), link);
  }
};

const firstLine = (error: unknown): string => {
  const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  return text.trim().split('\n')[0] ?? '';
};
