// Files of declarations: what they may contain, and what is said about what they may not.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProvider, type Provider } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import { nodeSystem } from '@claviger/core/node';
import t, { type Test } from 'tap';
import { ConfigurationError } from '../src/config.ts';
import { planRead } from '../src/declarations/plan-files.ts';
import { readDeclarations } from '../src/declarations/read-declarations.ts';
import { declarationsSchema } from '../src/declarations/schema.ts';

const environment = { SHOP_SECRET: 'the secret of the shop', EMPTY: '' };

const folderOf = (t: Test, files: Readonly<Record<string, string>>): string => {
  const folder = t.testdir();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};

const clientsIn = async (path: string) => (await readDeclarations(path, environment)).declarations.clients;

const problemsOf = async (run: Promise<unknown>): Promise<readonly string[]> => {
  try {
    await run;
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
};

const provider = (): Provider =>
  createProvider({
    issuer: 'http://127.0.0.1:4444/',
    stores: memoryStores(),
    ui: {
      loginUrl: 'https://ui.example/',
      consentUrl: 'https://ui.example/',
      errorUrl: null,
      logoutRedirectUrl: 'https://ui.example/',
    },
    system: nodeSystem({ systemSecret: 'a system secret for tests' }),
  });

t.test('files of a folder and its subfolders are read together, YAML and JSON, with several documents', async (t) => {
  const folder = folderOf(t, {
    'a.yaml':
      'clients:\n  - client_id: one\n    redirect_uris: &uris [https://a.example/cb]\n---\nclients:\n  - client_id: two\n',
    'b.json': '{\n\t"$schema": "x",\n\t"clients": [\n\t\t{"client_id": "three"}\n\t]\n}\n',
    'empty.yml': '# Nothing yet.\n',
    'notes.txt': 'clients: not read',
    '.hidden.yaml': 'not: read',
  });
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'sub', 'c.yml'), 'clients:\n  - client_id: four\n');
  mkdirSync(join(folder, '..data'));
  writeFileSync(join(folder, '..data', 'mounted.yaml'), 'clients: [{client_id: five}]');
  symlinkSync(join('..data', 'mounted.yaml'), join(folder, 'mounted.yaml'));
  t.same((await clientsIn(folder)).map(({ id }) => id).sort(), ['five', 'four', 'one', 'three', 'two']);
  t.same(
    (await clientsIn(join(folder, 'b.json'))).map(({ id }) => id),
    ['three'],
  );
});

t.test('secrets come from the environment and from files, and never from the declarations', async (t) => {
  const folder = folderOf(t, {
    'shop.yaml':
      'clients:\n  - {client_id: shop, client_secret: {env: SHOP_SECRET}}\n  - {client_id: api, client_secret: {file: api.secret}}\n',
    'api.secret': 'the secret of the API\n',
  });
  t.match(await clientsIn(folder), [
    { id: 'shop', secret: 'the secret of the shop' },
    { id: 'api', secret: 'the secret of the API' },
  ]);
  const bad = folderOf(t, {
    'bad.yaml': [
      'clients:',
      '  - {client_id: a, client_secret: hunter2}',
      '  - {client_id: b, client_secret: {env: A, file: b}}',
      '  - {client_id: c, client_secret: {vault: c}}',
    ].join('\n'),
  });
  const problems = await problemsOf(clientsIn(bad));
  t.match(problems, [
    /bad\.yaml:2: client "a": client_secret must be a reference, \{env: NAME\} or \{file: PATH\}/,
    /bad\.yaml:3: client "b": client_secret must be a reference/,
    /bad\.yaml:4: client "c": client_secret\.vault is not a known member/,
  ]);
  t.notMatch(problems.join(), /hunter2/);
  const missing = folderOf(t, {
    'missing.yaml': [
      'clients:',
      '  - {client_id: a, client_secret: {env: EMPTY}}',
      '  - client_id: b',
      '    client_secret: {file: nowhere}',
    ].join('\n'),
  });
  t.match(await problemsOf(clientsIn(missing)), [
    /missing\.yaml:2: client "a": client_secret the environment variable EMPTY is not set/,
    /missing\.yaml:4: client "b": client_secret the file .*nowhere cannot be read \(ENOENT\)/,
  ]);
});

t.test('every problem is reported with its file, line, client and member', async (t) => {
  const folder = folderOf(t, {
    'a.yaml': [
      'clients:',
      '  - client_id: shop',
      '    redirect_uri: https://shop.example/cb',
      '  - client_id: app',
      '    redirect_uris: https://app.example/cb',
      '    grant_types: [authorization_code, code]',
      '    owner:',
      '    default_max_age: soon',
      '  - client_name: Nobody',
      'client: []',
    ].join('\n'),
    'b.json':
      '{"clients": [\n  {"client_id": "twice"},\n  {"client_id": "twice"},\n  {"client_id": "keyed", "jwks":\n    {"keys": [{"kty": "EC", "crv": "P-256", "x": "eA", "y": "eA", "d": "eA"}]}},\n {"client_id": "nul", "owner": "\\u0000"}]}',
    'c.yaml': 'clients: [',
    'd.yaml': 'clients: []\nclients: []\n',
    'e.json': '[]',
  });
  t.match(await problemsOf(clientsIn(folder)), [
    /a\.yaml:10: client is not a known member; did you mean clients\?/,
    /a\.yaml:3: client "shop": redirect_uri is not a known member; did you mean redirect_uris\?/,
    /a\.yaml:5: client "app": redirect_uris must be a list/,
    /a\.yaml:6: client "app": grant_types\[1\] must be one of authorization_code, /,
    /a\.yaml:7: client "app": owner must be a string/,
    /a\.yaml:8: client "app": default_max_age must be an integer/,
    /a\.yaml:9: clients\[2\]: client_id is missing/,
    /b\.json:6: client "nul": owner contains U\+0000/,
    /c\.yaml:1: /,
    /d\.yaml:2: .*unique/,
    /e\.json:1: must be an object/,
  ]);
});

t.test('two declarations of one id, and private keys, are refused', async (t) => {
  const folder = folderOf(t, {
    'a.yaml': 'clients:\n  - client_id: twice\n',
    'b.yaml': [
      'clients:',
      '  - client_id: twice',
      '  - client_id: keyed',
      '    jwks: {keys: [',
      '      {kty: EC, crv: P-256, x: eA, y: eA, d: eA}]}',
    ].join('\n'),
  });
  t.match(await problemsOf(clientsIn(folder)), [
    /b\.yaml:2: client "twice": is declared at .*a\.yaml:2 too/,
    /b\.yaml:5: client "keyed": jwks\.keys\[0\] is a private key/,
  ]);
});

t.test('a rule of core that a declaration breaks is reported with the line of the member', async (t) => {
  const folder = folderOf(t, {
    'a.yaml': [
      'clients:',
      '  - client_id: shop',
      '    client_name: Shop',
      '    redirect_uris: [nowhere]',
      '    client_secret: {env: SHOP_SECRET}',
      '  - client_id: new',
    ].join('\n'),
  });
  const read = await readDeclarations(folder, environment);
  t.match(await problemsOf(planRead(provider(), read, true)), [
    /a\.yaml:4: client "shop": redirect_uris: "nowhere"/,
    /a\.yaml:6: client "new": client_secret must be set, because the client has none yet/,
  ]);
});

t.test('a folder without files is refused, because it would look like one that declares nothing', async (t) => {
  const folder = folderOf(t, { 'notes.txt': '' });
  t.match(await problemsOf(clientsIn(folder)), [/there is no \.yaml, \.yml or \.json file/]);
  t.match(await problemsOf(clientsIn(join(folder, 'nowhere'))), [/nowhere: cannot be read \(ENOENT\)/]);
  t.match(await problemsOf(clientsIn(join(folder, 'notes.txt'))), []);
});

t.test('the schema for editors is the one that the server checks with', (t) => {
  const file = new URL('../../../../deploy/declarations.schema.json', import.meta.url);
  t.same(JSON.parse(readFileSync(file, 'utf8')), declarationsSchema(), 'run npm run pages');
  t.end();
});

t.test('the examples are valid', async (t) => {
  const folder = new URL('../../../../examples/declarations', import.meta.url).pathname;
  for (const file of ['web-shop.yaml', 'mobile-app.yaml']) {
    const read = await readDeclarations(join(folder, file), { WEB_SHOP_SECRET: 'the secret of the shop' });
    t.match(await planRead(provider(), read, true), [{ action: 'create' }], file);
  }
  t.match(
    await problemsOf(clientsIn(join(folder, 'services.json'))),
    [/"invoices": client_secret the file .*examples\/declarations\/secrets\/invoices cannot be read/],
    'the secrets are not in the repository',
  );
});
