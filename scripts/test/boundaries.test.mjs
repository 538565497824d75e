// Every import rule catches a violation planted in a copy of the tree, and each planted violation breaks that rule.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const rules = createRequire(import.meta.url)('../../.dependency-cruiser.cjs').forbidden.map((rule) => rule.name);

/** Rule -> the file that breaks it and its import. `planted-…` files that an import needs are created as well. */
const violations = {
  resolvable: ['packages/http/src/planted-unresolvable.ts', 'no-such-package'],
  // For a cycle, its first file by name is reported.
  'no-cycles': ['packages/http/src/planted-a.ts', './planted-b.ts'],
  'declared-dependencies': ['packages/http/src/planted-undeclared.ts', 'typescript'],
  'sources-need-no-dev-dependencies': ['apps/server/src/planted-dev.ts', 'openid-client'],
  'sources-import-no-tests': ['packages/http/src/planted-test-import.ts', '../test/planted-support.ts'],
  'packages-through-their-exports': ['packages/http/src/planted-relative.ts', '../../core/src/domain/time.ts'],
  'core-stands-alone': ['packages/core/src/protocol/planted-http.ts', '../../../http/src/index.ts'],
  'adapters-sql-needs-core-only': ['packages/adapters-sql/src/planted-http.ts', '../../http/src/index.ts'],
  'adapters-redis-needs-core-only': ['packages/adapters-redis/src/planted-sql.ts', '../../adapters-sql/src/index.ts'],
  'http-needs-core-only': ['packages/http/src/planted-server.ts', '../../../apps/server/src/main.ts'],
  'examples-need-packages-only': ['examples/embed-node-http/src/planted-server.ts', '../../../apps/server/src/main.ts'],
  'core-depends-on-jose-alone': ['packages/core/src/usecases/planted-package.ts', 'typescript'],
  'core-node-modules-in-runtime-only': ['packages/core/src/protocol/planted-crypto.ts', 'node:crypto'],
  'contract-asserts-with-node-only': ['packages/core/src/contract/planted-fs.ts', 'node:fs'],
  'sources-import-no-test-helpers': ['packages/http/src/planted-journey.ts', '@claviger/core/testing'],
  'domain-imports-domain': ['packages/core/src/domain/planted-port.ts', '../ports/system.ts'],
  'errors-import-nothing': ['packages/core/src/errors/planted-port.ts', '../ports/system.ts'],
  'ports-import-domain': ['packages/core/src/ports/planted-wire.ts', '../protocol/wire.ts'],
  'memory-implements-ports': ['packages/core/src/memory/planted-wire.ts', '../protocol/wire.ts'],
  'runtime-implements-ports': ['packages/core/src/runtime/planted-wire.ts', '../protocol/wire.ts'],
  'contract-checks-ports': ['packages/core/src/contract/planted-wire.ts', '../protocol/wire.ts'],
  'usecases-know-no-wire': ['packages/core/src/usecases/planted-wire.ts', '../protocol/wire.ts'],
  'protocol-calls-usecases': ['packages/core/src/protocol/planted-memory.ts', '../memory/index.ts'],
};

/** Further imports that break a rule of the table above. */
const furtherViolations = [
  ['usecases-know-no-wire', 'packages/core/src/usecases/planted-provider.ts', '../provider.ts'],
];

/** Imports that must stay allowed, so that a rule cannot pass by refusing everything. */
const allowed = [
  ['packages/core/src/contract/allowed-assert.ts', 'node:assert/strict'],
  ['packages/core/src/runtime/allowed-crypto.ts', 'node:crypto'],
  ['packages/core/src/usecases/allowed-jose.ts', 'jose'],
  ['packages/core/src/usecases/allowed-port.ts', '../ports/system.ts'],
  ['packages/http/src/allowed-fastify.ts', 'fastify'],
  ['packages/http/src/allowed-core.ts', '@claviger/core'],
  ['apps/server/src/allowed-http.ts', '@claviger/http'],
  ['packages/http/test/allowed-journey.ts', '@claviger/core/testing'],
  ['apps/server/test/allowed-dev.ts', 'openid-client'],
  ['packages/core/test/allowed-tap.ts', 'tap'],
];

const copyTree = (into) => {
  symlinkSync(join(root, 'node_modules'), join(into, 'node_modules'));
  for (const file of ['package.json', '.dependency-cruiser.cjs', 'tsconfig.base.json']) {
    cpSync(join(root, file), join(into, file));
  }
  for (const folder of ['packages', 'apps', 'examples']) {
    cpSync(join(root, folder), join(into, folder), { recursive: true, verbatimSymlinks: true });
  }
};

const plant = (tree, path, imported) => {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), `import '${imported}';\n`);
};

const cruise = (tree, ...options) => {
  const { boundaries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;
  const command = boundaries.replace(/^depcruise/, `'${join(root, 'node_modules', '.bin', 'depcruise')}'`);
  return spawnSync('sh', ['-c', [command, ...options].join(' ')], { cwd: tree, encoding: 'utf8', maxBuffer: 1e8 });
};

t.test('the current tree and imports in the right direction pass', async (t) => {
  const tree = t.testdir();
  copyTree(tree);
  for (const [path, imported] of allowed) plant(tree, path, imported);
  const result = cruise(tree);
  t.equal(result.status, 0, result.stdout + result.stderr);
});

t.test('each rule catches its planted violation', async (t) => {
  t.strictSame(Object.keys(violations).sort(), [...rules].sort(), 'every rule has a planted violation');
  const tree = t.testdir();
  copyTree(tree);
  const planted = [...Object.entries(violations).map(([rule, found]) => [rule, ...found]), ...furtherViolations];
  for (const [, path, imported] of planted) plant(tree, path, imported);
  plant(tree, 'packages/http/src/planted-b.ts', './planted-a.ts');
  plant(tree, 'packages/http/test/planted-support.ts', '@claviger/core');
  t.not(cruise(tree).status, 0, 'npm run boundaries fails');
  const found = JSON.parse(cruise(tree, '--output-type', 'json').stdout).summary.violations;
  for (const [rule, path] of planted) {
    t.ok(
      found.some((violation) => violation.rule.name === rule && violation.from === path),
      `${rule} catches ${path}`,
    );
  }
});
