// The walk-through of the README, command by command, against the real server, with a plain browser.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import t from 'tap';
import { PlainBrowser } from './support/plain-browser.ts';
import { startServer } from './support/start-server.ts';

const root = new URL('../../../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');

const blocks = [...readme.matchAll(/^```sh\n([\s\S]+?)^```$/gm)].map(([, commands = '']) => commands);

/** Commands that this test does not run, because it starts the server differently. */
const started = ['npm start\nnpm test\n', 'npm start\n'];

/** Logs in and allows everything. Returns the code on the last page. */
const visit = async (authorizeUrl: string): Promise<string> => {
  const browser = new PlainBrowser();
  const login = await browser.open(authorizeUrl);
  const consent = await browser.submit(login, { user_name: 'anna', answer: 'accept' });
  const end = await browser.submit(consent, { answer: 'accept' });
  return /<dt>code<\/dt><dd><code id="code">([^<]+)<\/code>/.exec(end.text)?.[1] ?? '';
};

t.test('every command of the walk-through does what the text says', async (t) => {
  t.strictSame(blocks.slice(0, 2), started);
  const server = await startServer(t);
  const commands = blocks
    .slice(2)
    .map((block) => block.replaceAll('127.0.0.1:4444', `127.0.0.1:${server.publicPort}`))
    .map((block) => block.replaceAll('127.0.0.1%3A4444', `127.0.0.1%3A${server.publicPort}`))
    .map((block) => block.replaceAll('127.0.0.1:4445', `127.0.0.1:${server.adminPort}`));
  t.notMatch(commands.join(''), /444[45]/);

  const mark = '\n=== block ===\n';
  const script = commands.map((block) => `${block}printf '${mark.replaceAll('\n', '\\n')}'\n`).join('');
  const shell = spawn('sh', ['-eu', '-c', script], { stdio: ['pipe', 'pipe', 'pipe'] });
  t.teardown(() => shell.kill('SIGKILL'));
  let output = '';
  let errors = '';
  const authorizeUrl = new Promise<string>((resolve) => {
    shell.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const url = /^http\S+\n/m.exec(output)?.[0];
      if (url) resolve(url.trim());
    });
  });
  shell.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = new Promise<number | null>((resolve) => shell.on('close', resolve));
  const url = await Promise.race([authorizeUrl, ended]);
  t.type(url, 'string', `the authorize URL is printed: ${output}${errors}`);
  const code = await visit(String(url));
  t.match(code, /^clv_ac_/);
  shell.stdin.end(`${code}\n`);
  t.equal(await ended, 0, errors);
  t.equal(errors, '');

  const [helper, client, ownToken, authorize, paste, tokens, userinfo, refreshed, revoked, ...rest] =
    output.split(mark);
  t.equal(helper, '');
  t.match(JSON.parse(client ?? ''), { client_id: 'tour', client_secret: 'tour-secret' });
  t.match(JSON.parse(ownToken ?? ''), { active: true, client_id: 'tour', scope: 'photos' });
  t.match(authorize, '/oauth2/auth?client_id=tour');
  t.equal(paste, 'Code: ');
  const pair = { access_token: String, refresh_token: String, id_token: String, scope: 'openid offline profile' };
  t.match(JSON.parse(tokens ?? ''), pair);
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
