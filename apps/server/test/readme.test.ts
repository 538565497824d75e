// The walk-through of the README, command by command, against the real server, with a plain browser.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { PlainBrowser } from './support/plain-browser.ts';
import { cleanEnvironment, startServer } from './support/start-server.ts';

const root = new URL('../../../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');

const blocks = [...readme.matchAll(/^```sh\n([\s\S]+?)^```$/gm)].map(([, commands = '']) => commands);

/** Commands that this test does not run, because it starts the server differently. */
const started = ['npm start\nnpm test\n', 'npm start\n'];

/** Logs in, allows everything and follows the redirect to the command that waits. */
const visit = async (authorizeUrl: string): Promise<void> => {
  const browser = new PlainBrowser();
  const login = await browser.open(authorizeUrl);
  const consent = await browser.submit(login, { user_name: 'anna', answer: 'accept' });
  const back = await browser.submit(consent, { answer: 'accept' });
  await (await fetch(back.headers.get('location') ?? '')).text();
};

t.test('every command of the walk-through does what the text says', async (t) => {
  t.strictSame(blocks.slice(0, 2), started);
  const server = await startServer(t);
  const commands = blocks
    .slice(2)
    .map((block) => block.replaceAll('127.0.0.1:4444', `127.0.0.1:${server.publicPort}`))
    .map((block) => block.replaceAll('127.0.0.1:4445', `127.0.0.1:${server.adminPort}`));
  t.notMatch(commands.join(''), /444[45]/);

  const mark = '\n=== block ===\n';
  const script = commands.map((block) => `${block}printf '${mark.replaceAll('\n', '\\n')}'\n`).join('');
  const shell = spawn('sh', ['-eu', '-c', script], {
    cwd: fileURLToPath(root),
    // The ports of this server, and a browser that does nothing: the test visits the address.
    env: {
      ...cleanEnvironment(),
      CLAVIGER_ADMIN_URL: server.adminUrl,
      CLAVIGER_ISSUER: server.issuer,
      BROWSER: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => shell.kill('SIGKILL'));
  let [output, notes] = ['', ''];
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  let visited: Promise<void> | undefined;
  shell.stderr.setEncoding('utf8').on('data', (text: string) => {
    notes += text;
    const address = /^http\S+(?=\n)/m.exec(notes)?.[0];
    if (address) visited ??= visit(address);
  });
  t.equal(await new Promise((resolve) => shell.on('close', resolve)), 0, notes);
  await visited;
  t.match(notes, /Logged in as anna\. The ID token is valid\./);

  const [client, ownToken, tokens, helper, userinfo, refreshed, revoked, ...rest] = output.split(mark);
  t.match(client, /^client_id +tour\n[\s\S]*^client_secret +tour-secret\n/m);
  t.match(ownToken, /^active +true\nscope +photos\nclient_id +tour\n/m);
  const pair = { access_token: String, refresh_token: String, id_token: String, scope: 'openid offline profile' };
  t.match(JSON.parse(tokens ?? ''), pair);
  t.equal(helper, '');
  t.match(JSON.parse(userinfo ?? ''), { sub: 'anna', name: 'anna', preferred_username: 'anna' });
  t.match(JSON.parse(refreshed ?? ''), pair);
  t.not(JSON.parse(refreshed ?? '').access_token, JSON.parse(tokens ?? '').access_token);
  t.strictSame(JSON.parse(revoked ?? ''), { active: false });
  t.strictSame(rest, ['']);
});

t.test('the files that README, CONTRIBUTING and CHANGELOG link to exist', async (t) => {
  for (const page of ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md']) {
    const text = readFileSync(new URL(page, root), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
      if (!/^https?:/.test(target)) t.ok(existsSync(new URL(target, root)), `${page} -> ${target}`);
    }
  }
});
