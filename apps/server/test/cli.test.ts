// The parts of the command line that need no server, and its answers to wrong input.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import t, { type Test } from 'tap';
import { cliPage } from '../src/commands/cli-page.ts';
import { settingsSchema } from '../src/config/settings-schema.ts';
import { commandLine } from './support/cli.ts';
import { freePorts } from './support/free-port.ts';
import { temporaryFolder } from './support/start-server.ts';

const given = (t: Test, settings: Readonly<Record<string, string>> = {}) =>
  commandLine(t, { CLAVIGER_DATA_DIR: temporaryFolder(t), ...settings });

t.test('docs/cli.md is current', async (t) => {
  const page = readFileSync(new URL('../../../../docs/cli.md', import.meta.url), 'utf8');
  t.equal(page, cliPage(), 'to update it: npm run pages');
});

t.test('a wrong command line has exit code 2, and the message names the fault', async (t) => {
  const run = given(t);
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['clinets'], /^Unknown command 'clinets'\n\(Did you mean clients\?\)/],
    [['clients', 'get'], /^Missing required argument 'id'/],
    [['clients', 'list', '--format', 'xml'], /Allowed choices are table, json, yaml/],
    [['clients', 'list', '--url', 'ftp://x'], /must begin with http:\/\/, https:\/\/ or unix:/],
    [['clients', 'list', '--direct', '--key', 'x'], /--direct cannot be used with --url, --key or --key-file/],
    [['clients', 'list', '--key-file', '/nowhere'], /cannot be read \(ENOENT\): \/nowhere/],
    [['clients', 'update', 'x', '--unset', 'colour'], /--unset colour: a client has no such member/],
    [['clients', 'create', '--default-max-age', 'old'], /--default-max-age must be a whole number/],
    [['token', 'client', '--scope', 'x'], /Name the client with --client/],
    [['token', 'user', '--client', 'x', '--issuer', 'id.example'], /--issuer must be an http or https URL/],
  ];
  const results = await Promise.all(cases.map(([words]) => run(words)));
  for (const [index, [words, message]] of cases.entries()) {
    t.match(results[index], { code: 2, stdout: '', stderr: message }, words.join(' '));
  }
  const help = await run(['clients', 'update', '--help']);
  t.match(help, { code: 0, stderr: '', stdout: /--redirect-uris <text>/ });
  t.match(await run(['--version']), { code: 0, stdout: /^\d+\.\d+\.\d+\n$/ });
});

t.test('a server or a store that cannot be reached has exit code 3, and the message says what to check', async (t) => {
  const [port = 0] = await freePorts(1);
  const nowhere = `http://127.0.0.1:${port}`;
  const run = given(t);
  const socket = join(temporaryFolder(t), 'admin.sock');
  const results = await Promise.all([
    run(['clients', 'list', '--url', nowhere]),
    run(['clients', 'list', '--url', `unix:${socket}`]),
    run(['token', 'client', '--client', 'x', '--issuer', nowhere]),
    given(t, {
      CLAVIGER_DSN: `postgres://nobody@127.0.0.1:${port}/none`,
      CLAVIGER_SYSTEM_SECRET: 'a system secret of 32 characters',
    })(['clients', 'list', '--direct']),
  ]);
  t.match(results[0], { code: 3, stderr: /ECONNREFUSED.* Nothing listens there\. Is the server running/ });
  t.match(results[1], { code: 3, stderr: /There is no such socket/ });
  t.match(results[2], { code: 3, stderr: /cannot be reached: .*ECONNREFUSED/ });
  t.match(results[3], { code: 3, stderr: /clients: The store does not answer\./ });
});

t.test('config check names every problem, and config print hides secrets', async (t) => {
  const secret = 'correct horse battery staple';
  const settings = { CLAVIGER_SYSTEM_SECRET: secret, CLAVIGER_DSN: 'postgres://u:geheim@db/claviger' };
  const wrong = await given(t, { CLAVIGER_PUBLIC_PORT: 'x', CLAVIGER_COLOUR: 'red' })(['config', 'check']);
  t.match(wrong, {
    code: 2,
    stdout: '',
    stderr: /CLAVIGER_COLOUR is not a setting[\s\S]*CLAVIGER_PUBLIC_PORT must be/,
  });
  const run = given(t, { ...settings, CLAVIGER_ADMIN_URL: 'http://127.0.0.1:1', CLAVIGER_CLIENT_SECRET: 'geheim' });
  t.match(await run(['config', 'check']), { code: 0, stdout: /The configuration is valid\.\n$/ });
  const table = await run(['config', 'print']);
  t.match(table.stdout, /CLAVIGER_DSN +\(hidden\) +environment\n/);
  t.match(table.stdout, /CLAVIGER_PUBLIC_PORT +4444 +default\n/);
  t.notMatch(table.stdout, /geheim|horse/);
  t.notMatch((await run(['config', 'print', '--format', 'json'])).stdout, /geheim|horse/);
});

t.test('the schema of the configuration file accepts what the server accepts', async (t) => {
  const folder = temporaryFolder(t);
  const validate = new Ajv2020().compile(settingsSchema());
  const file = {
    $schema: 'claviger.schema.json',
    issuer: 'http://127.0.0.1:4444',
    public_port: 4444,
    metrics: true,
    cors_allowed_origins: ['https://app.example.com'],
    access_token_lifespan: '30m',
  };
  t.equal(validate(file), true, JSON.stringify(validate.errors));
  t.equal(validate({ ...file, colour: 'red' }), false);
  const path = join(folder, 'claviger.json');
  writeFileSync(path, JSON.stringify(file));
  t.match(await given(t, { CLAVIGER_CONFIG: path })(['config', 'check']), { code: 0 });
  t.strictSame(JSON.parse((await given(t)(['config', 'schema'])).stdout), JSON.parse(JSON.stringify(settingsSchema())));
});

t.test('bash completes commands and options', async (t) => {
  const run = given(t);
  const script = join(temporaryFolder(t), 'completion');
  writeFileSync(script, (await run(['completion', 'bash'])).stdout);
  const complete = (...words: readonly string[]): string => {
    const line = `source "$0"; COMP_WORDS=(claviger "$@"); COMP_CWORD=$#; _claviger; echo "\${COMPREPLY[*]}"`;
    return execFileSync('bash', ['-c', line, script, ...words], { encoding: 'utf8' }).trim();
  };
  t.equal(complete('cl'), 'clients');
  t.equal(complete('clients', 'u'), 'update');
  t.equal(complete('clients', 'update', 'shop', '--red'), '--redirect-uris');
  t.match((await run(['completion', 'fish'])).stdout, /complete -c claviger/);
  t.match((await run(['completion', 'zsh'])).stdout, /^#compdef claviger\n/);
  t.match(await run(['completion', 'csh']), { code: 2, stderr: /Allowed choices are bash, zsh, fish/ });
});
