// Makes build/claviger-linux-<architecture>: one executable of this Node.js, the bundled server, the SQLite driver's native
// addon, the migrations, and the files of the page /docs. Run by `npm run build:binary`, after a bootstrap.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { assetNames } from '../apps/server/dist/src/binary/assets.js';
import { migrationFilesOf } from '../packages/adapters-sql/dist/src/migrations/migration-files.js';
import { thirdPartyNotices } from './third-party-notices.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const output = join(root, 'build', `claviger-${process.platform}-${process.arch}`);
const scratch = join(root, 'build', 'parts');
const addon = join(root, 'packages/adapters-sql/node_modules/better-sqlite3/build/Release/better_sqlite3.node');
const apiPage = join(root, 'apps/server/node_modules/swagger-ui-dist');
const apiPageFiles = [assetNames.apiPageStyle, assetNames.apiPageScript];
const part = (name) => join(scratch, name);

/** What Node.js looks for in its own file to know whether something was put in. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

const fail = (text) => {
  process.stderr.write(`${text}\n`);
  process.exit(1);
};

/**
 * CommonJS, because a single executable application runs nothing else. Not minified: stack traces stay readable.
 * Resolves to the files that are in it.
 */
const bundle = async (main) => {
  const { metafile } = await build({
    // Through a file of its own, so that the line `#!` of the main file is left out.
    stdin: { contents: "import './apps/server/dist/src/main.js';", resolveDir: root },
    outfile: main,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: `node${process.versions.node}`,
    // No file of the bundle is where its source was. What is read beside a source comes from an asset instead.
    define: { 'import.meta.url': '"file:///in-the-binary"' },
    // Only modules of Node.js are left to import, and a single executable application can but require them.
    supported: { 'dynamic-import': false },
    logLevel: 'warning',
    metafile: true,
  });
  return Object.keys(metafile.inputs);
};

const strip = (from, to) => {
  copyFileSync(from, to);
  chmodSync(to, 0o755);
  execFileSync('strip', ['--strip-unneeded', to]);
};

/** Its output is shown only when it fails. */
const runNode = (...words) => execFileSync(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });

/** Everything that goes into the executable, in the form in which Node.js finds it. */
const prepareBlob = (blob) => {
  strip(addon, part('addon'));
  const migrations = { sqlite: migrationFilesOf('sqlite'), postgres: migrationFilesOf('postgres') };
  writeFileSync(part('migrations'), JSON.stringify(migrations));
  const config = {
    main: part('main.cjs'),
    output: blob,
    disableExperimentalSEAWarning: true,
    useCodeCache: true,
    assets: {
      [assetNames.manifest]: join(root, 'apps/server/package.json'),
      [assetNames.migrations]: part('migrations'),
      [assetNames.sqliteAddon]: part('addon'),
      ...Object.fromEntries(apiPageFiles.map((name) => [name, join(apiPage, name)])),
    },
  };
  writeFileSync(part('config.json'), JSON.stringify(config));
  runNode('--experimental-sea-config', part('config.json'));
};

const inject = (program, blob) =>
  runNode(join(root, 'node_modules/postject/dist/cli.js'), program, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse);

/** The newest version of glibc that any of the files asks for: an older system cannot run them. */
const glibcOf = (...files) =>
  files
    .flatMap((file) => [...readFileSync(file, 'latin1').matchAll(/GLIBC_(\d+)\.(\d+)/g)])
    .map(([, major, minor]) => [Number(major), Number(minor)])
    .reduce((most, next) => (next[0] > most[0] || (next[0] === most[0] && next[1] > most[1]) ? next : most), [0, 0])
    .join('.');

const main = async () => {
  if (process.platform !== 'linux') fail(`The binary is made on Linux, for Linux; this is ${process.platform}.`);
  const node = realpathSync(process.execPath);
  if (!readFileSync(node).includes(fuse)) {
    fail(`${node} cannot carry an application: its program is in a library. Take a Node.js of nodejs.org.`);
  }
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const files = await bundle(part('main.cjs'));
  prepareBlob(part('blob'));
  const program = part('claviger');
  strip(node, program);
  const glibc = glibcOf(program, part('addon'));
  inject(program, part('blob'));
  const assets = apiPageFiles.map((name) => relative(root, join(apiPage, name)));
  writeFileSync(`${output}.licences.txt`, thirdPartyNotices(root, [...files, ...assets]));
  // A running one keeps its file.
  renameSync(program, output);
  rmSync(scratch, { recursive: true });
  process.stdout.write(
    `${output}: ${Math.round(statSync(output).size / 2 ** 20)} MiB, Node.js ${process.versions.node}, glibc ${glibc} or newer\n`,
  );
};

await main().catch((error) => fail(error.message));
