// `token user` with a real browser, as the README describes it: the command starts the browser itself.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { launchBrowser } from './support/browser.ts';
import { commandLine } from './support/cli.ts';
import { startServer, temporaryFolder } from './support/start-server.ts';

t.test('token user opens the browser, which returns to the terminal with a code', async (t) => {
  const server = await startServer(t);
  const folder = temporaryFolder(t);
  const [browser, opened] = [join(folder, 'browser'), join(folder, 'address')];
  writeFileSync(browser, `#!/bin/sh\nprintf %s "$1" > '${opened}.new' && mv '${opened}.new' '${opened}'\n`, {
    mode: 0o700,
  });
  const run = commandLine(t, { CLAVIGER_ADMIN_URL: server.adminUrl, CLAVIGER_ISSUER: server.issuer, BROWSER: browser });
  const members = ['--redirect-uris', 'http://127.0.0.1/callback', '--scope', 'openid'];
  const created = await run(['clients', 'create', '--id', 'tour', '--token-endpoint-auth-method', 'none', ...members]);
  t.equal(created.code, 0, created.stderr);
  t.equal(created.stderr, '', 'a public client has no secret');

  const login = run(['token', 'user', '--client', 'tour', '--wait', '120', '--print', 'id_token']);
  const early = login.then((result) => Promise.reject(new Error(`The command ended: ${result.stderr}`)));
  early.catch(() => undefined);
  while (!existsSync(opened)) await Promise.race([sleep(25), early]);
  const address = new URL(readFileSync(opened, 'utf8'));
  const callback = new URL(address.searchParams.get('redirect_uri') ?? '');
  const state = address.searchParams.get('state') ?? '';

  const forged = await fetch(`${callback}?code=stolen&state=forged&iss=${encodeURIComponent(server.issuer)}`);
  t.equal(forged.status, 400, 'a response with another state is not accepted');
  t.equal((await fetch(new URL('/favicon.ico', callback))).status, 404);

  const page = await (await launchBrowser(t)).newPage();
  await page.goto(address.href);
  await page.fill('[name=user_name]', 'anna');
  await page.click('button[value=accept]');
  await page.click('button[value=accept]');
  await page.waitForURL((url) => url.origin === callback.origin);
  t.equal(new URL(page.url()).searchParams.get('state'), state);
  t.match(await page.textContent('p'), 'You can close this window');
  const result = await login;
  t.equal(result.code, 0, result.stderr);
  t.match(result.stderr, /Logged in as anna\. The ID token is valid\./);
  t.match(result.stdout, /^ey[\w.-]+\n$/);
});

t.test('a refused login ends the command with the error of the server', async (t) => {
  const server = await startServer(t);
  const run = commandLine(t, { CLAVIGER_ADMIN_URL: server.adminUrl, CLAVIGER_ISSUER: server.issuer });
  const members = ['--redirect-uris', 'http://127.0.0.1/callback', '--token-endpoint-auth-method', 'none'];
  await run(['clients', 'create', '--id', 'tour', ...members]);
  let visited: Promise<Response> | undefined;
  const refused = await run(['token', 'user', '--client', 'tour', '--no-browser', '--wait', '60', '--scope', 'nope'], {
    onNotes: (notes) => {
      const address = /^http\S+(?=\n)/m.exec(notes)?.[0];
      if (address) visited ??= fetch(address);
    },
  });
  t.match(refused, { code: 1, stdout: '', stderr: /\ninvalid_scope: / });
  t.equal((await visited)?.status, 200);
});

t.test('doctor finds a server well, and says what is wrong with another', async (t) => {
  const server = await startServer(t, { settings: { CLAVIGER_ADMIN_KEY: 'key-of-the-tests-Zk3Wq9-Vb5Nm2' } });
  const settings = {
    CLAVIGER_ISSUER: server.issuer,
    CLAVIGER_DATA_DIR: server.dataFolder,
    CLAVIGER_PUBLIC_PORT: String(server.publicPort),
    CLAVIGER_ADMIN_PORT: String(server.adminPort),
    CLAVIGER_ADMIN_URL: server.adminUrl,
  };
  const well = await commandLine(t, { ...settings, CLAVIGER_ADMIN_KEY: 'key-of-the-tests-Zk3Wq9-Vb5Nm2' })(['doctor']);
  t.match(well, { code: 0, stdout: /\nok +sqlite store +adminKeys, clients.*: usable\nok +system secret/ });
  t.match(well.stdout, /\nok +issuer .*\nok +clock .*\nok +admin API .*\nok +admin key +is accepted/);
  t.notMatch(well.stdout, /^problem/m);
  const ill = {
    ...settings,
    CLAVIGER_SYSTEM_SECRET: 'another secret of 32 characters!',
    CLAVIGER_ISSUER: `${server.publicUrl}/id`,
  };
  const found = await commandLine(t, ill)(['doctor', '--format', 'json']);
  t.equal(found.code, 1, found.stderr);
  const problems = JSON.parse(found.stdout).filter(({ status }: { status: string }) => status === 'problem');
  t.match(problems, [
    { check: 'store of keys', detail: /run the command "reseal"|claviger reseal/ },
    { check: 'issuer', detail: /answered with status 404|names the issuer/ },
    { check: 'admin key', detail: /missing or unknown/ },
  ]);
});
