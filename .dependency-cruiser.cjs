// The direction of imports, inside packages and between them: apps/server -> http, adapters-* -> core, and in core
// protocol -> usecases -> domain, ports. Under pnpm a forbidden package is often merely unresolvable, and rules about
// paths would then pass in silence, so an import that cannot be resolved is an error too. Each rule has a planted
// violation in scripts/test/boundaries.test.mjs.

const core = '^packages/core/src/';
const inCore = (...parts) => parts.map((part) => `${core}${part}`);

/** A part of core may import, of core, only what is listed. */
const coreLayer = (name, from, ...allowed) => ({
  name,
  severity: 'error',
  comment: `${from} may import, of core, only ${allowed.join(', ')}`,
  from: { path: `${core}${from}` },
  to: { path: core, pathNot: inCore(from, ...allowed) },
});

/** A workspace package may import, of the others, only what is listed. */
const workspaceLayer = (name, from, ...allowed) => ({
  name,
  severity: 'error',
  comment: `${from} may import, of this repository's packages, only ${allowed.join(', ') || 'itself'}`,
  from: { path: `^${from}/` },
  to: { path: '^(packages|apps|examples)/', pathNot: [`^${from}/`, ...allowed.map((path) => `^${path}/`)] },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'declared-dependencies',
      severity: 'error',
      comment:
        'A package that is imported is listed in the package.json beside it; tap, the test runner, in the root one',
      from: { path: '^(packages|apps|examples)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], pathNot: 'node_modules/tap/' },
    },
    {
      name: 'sources-need-no-dev-dependencies',
      severity: 'error',
      from: { path: '^(packages|apps|examples)/[^/]+/src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'type-only'] },
    },
    {
      name: 'sources-import-no-tests',
      severity: 'error',
      from: { path: '/src/' },
      to: { path: '^(packages|apps|examples)/[^/]+/(dist/)?test/' },
    },
    {
      name: 'packages-through-their-exports',
      severity: 'error',
      comment: "Another package's files are reached by its name, never by a relative path",
      from: { path: '^((?:packages|apps|examples)/[^/]+)/' },
      to: { path: '^(packages|apps|examples)/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },

    workspaceLayer('core-stands-alone', 'packages/core'),
    workspaceLayer('adapters-sql-needs-core-only', 'packages/adapters-sql', 'packages/core'),
    workspaceLayer('adapters-redis-needs-core-only', 'packages/adapters-redis', 'packages/core'),
    workspaceLayer('http-needs-core-only', 'packages/http', 'packages/core'),
    workspaceLayer('examples-need-packages-only', 'examples', 'packages'),

    {
      name: 'core-depends-on-jose-alone',
      severity: 'error',
      from: { path: core },
      to: { path: 'node_modules/', pathNot: 'node_modules/jose/' },
    },
    {
      name: 'core-node-modules-in-runtime-only',
      severity: 'error',
      from: { path: core, pathNot: inCore('runtime/', 'contract/') },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'contract-asserts-with-node-only',
      severity: 'error',
      from: { path: `${core}contract/` },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?assert(/strict)?$' },
    },
    {
      name: 'sources-import-no-test-helpers',
      severity: 'error',
      comment: 'Only tests import the journeys of `@claviger/core/testing`',
      from: { path: '^(packages|apps|examples)/[^/]+/src/', pathNot: inCore('testing/') },
      to: { path: '^packages/core/(dist/)?src/testing/' },
    },
    coreLayer('domain-imports-domain', 'domain/', 'errors/'),
    coreLayer('errors-import-nothing', 'errors/'),
    coreLayer('ports-import-domain', 'ports/', 'domain/'),
    coreLayer('memory-implements-ports', 'memory/', 'domain/', 'ports/'),
    coreLayer('runtime-implements-ports', 'runtime/', 'domain/', 'ports/', 'errors/'),
    coreLayer('contract-checks-ports', 'contract/', 'domain/', 'ports/'),
    coreLayer('usecases-know-no-wire', 'usecases/', 'domain/', 'ports/', 'errors/', 'settings\\.ts$'),
    coreLayer('protocol-calls-usecases', 'protocol/', 'usecases/', 'domain/', 'ports/', 'errors/', 'settings\\.ts$'),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    combinedDependencies: false,
    doNotFollow: { path: ['node_modules', '/dist/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
  },
};
