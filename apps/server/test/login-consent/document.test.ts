// docs/login-and-consent.md: every command does what the text says, and the tables list exactly the existing members.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import t from 'tap';
import { startServer, type TestServer } from '../support/start-server.ts';
import {
  anchors,
  bodyOf,
  commands,
  links,
  type Member,
  membersBelow,
  namesOf,
  page,
  readmeCommands,
} from './support/document.ts';

/** The output of each block, when all run in one shell. */
const run = async (server: TestServer, blocks: readonly string[]): Promise<readonly string[]> => {
  const mark = '=== block ===';
  const script = blocks
    .map((block) => `${block}echo '${mark}'\n`)
    .join('')
    .replaceAll('127.0.0.1:4444', `127.0.0.1:${server.publicPort}`)
    .replaceAll('127.0.0.1%3A4444', `127.0.0.1%3A${server.publicPort}`)
    .replaceAll('127.0.0.1:4445', `127.0.0.1:${server.adminPort}`);
  const shell = spawn('sh', ['-eu', '-c', script], { cwd: server.dataFolder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  shell.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const code = await new Promise<number | null>((resolve) => shell.on('close', resolve));
  if (code !== 0 || errors !== '') throw new Error(`exit ${code}: ${errors}\n${output}`);
  return output.split(`${mark}\n`);
};

t.test('every command does what the text says', async (t) => {
  const server = await startServer(t);
  const [client, arrival, login, accepted, consent, end, again, denied, refused, remembered, ...rest] = await run(
    server,
    commands,
  );
  t.match(JSON.parse(client ?? ''), { client_id: 'album' });
  t.equal(arrival, '');
  const scope = ['openid', 'offline', 'profile', 'photos'];
  const audience = ['https://photos.example/'];
  const request = { requested_scope: scope, requested_access_token_audience: audience };
  t.match(JSON.parse(login ?? ''), {
    ...request,
    skip: false,
    subject: '',
    oidc_context: { login_hint: 'anna', ui_locales: ['de', 'en'] },
    client: { client_name: 'Photo album' },
  });
  t.equal(accepted, '');
  t.match(JSON.parse(consent ?? ''), { ...request, skip: false, subject: 'person-1' });
  t.match(end, /\/dev\/callback\?code=/);
  t.match(JSON.parse(again ?? ''), { ...request, skip: true, subject: 'person-1' });
  t.match(denied, /\/dev\/callback\?error=access_denied&error_description=The\+user\+denied\+the\+request/);
  t.match(refused, /\/dev\/callback\?error=access_denied/);
  const [list = '', statuses] = (remembered ?? '').split(/(?<=\])(?=\d)/);
  t.match(JSON.parse(list), [
    { grant_scope: scope, grant_access_token_audience: audience, session: { id_token: { amr: ['pwd'] } } },
  ]);
  t.equal(statuses, '204\n404\n204\n');
  t.strictSame(rest, ['']);
  const [album, ...others] = await run(server, readmeCommands);
  t.match(JSON.parse(album ?? ''), { redirect_uris: ['http://127.0.0.1:3000/callback'] }, 'the README of the example');
  t.strictSame(others, ['']);
});

t.test('every link of the document leads to something', async (t) => {
  for (const target of links) {
    if (target.startsWith('#')) t.ok(anchors.includes(target.slice(1)), target);
    else t.ok(existsSync(new URL(target, page)), target);
  }
});

type Json = Record<string, unknown>;

const tables = {
  request: membersBelow('The request'),
  acceptLogin: membersBelow('Accepting a login'),
  acceptConsent: membersBelow('Accepting a consent'),
  rejection: membersBelow('Rejecting'),
  answer: membersBelow('redirect_to'),
  remembered: membersBelow('A remembered consent'),
};

t.test('the tables list every member', async (t) => {
  const { adminUrl, publicUrl } = await startServer(t);
  const redirectUri = 'https://album.example/cb';
  const [requestMembers = [], contextMembers = [], clientMembers = []] = tables.request;
  const [acceptConsentMembers = [], sessionMembers = []] = tables.acceptConsent;
  const [acceptLoginMembers = []] = tables.acceptLogin;

  const call = async (method: string, path: string, body?: Json): Promise<{ status: number; body: Json }> => {
    const reply = await fetch(`${adminUrl}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    return { status: reply.status, body: (await reply.json()) as Json };
  };
  const names = (value: unknown): readonly string[] => Object.keys(value as Json).sort();
  /** Checks that the API accepts exactly the members of the table. */
  const answer = async (path: string, members: readonly Member[], body: Json): Promise<string> => {
    t.strictSame(names(body), namesOf(members), path);
    const refused = await call('PUT', path, { ...body, no_such_member: 1 });
    t.match(refused, { status: 400, body: { error: 'invalid_request', error_hint: /"no_such_member"/ } });
    const { status, body: said } = await call('PUT', path, body);
    t.equal(status, 200, JSON.stringify(said));
    t.strictSame(names(said), namesOf(tables.answer[0] ?? []));
    return String(said.redirect_to);
  };

  let cookies = '';
  const visit = async (url: string): Promise<URL> => {
    const reply = await fetch(url, { redirect: 'manual', headers: { cookie: cookies } });
    cookies = [cookies, ...reply.headers.getSetCookie().map((cookie) => cookie.split(';')[0])].join('; ');
    return new URL(reply.headers.get('location') ?? '');
  };
  const arrive = async (change: Readonly<Record<string, string>> = {}): Promise<string> => {
    const query = new URLSearchParams({
      client_id: 'album',
      response_type: 'code id_token',
      scope: 'openid',
      nonce: 'a-nonce-of-the-test',
      redirect_uri: redirectUri,
      audience: 'https://photos.example/',
      ...change,
    });
    const login = await visit(`${publicUrl}/oauth2/auth?${query}`);
    return `/oauth2/auth/requests/login/${login.searchParams.get('login_challenge')}`;
  };
  const consentAfter = async (redirectTo: string): Promise<string> => {
    const consent = await visit(redirectTo);
    return `/oauth2/auth/requests/consent/${consent.searchParams.get('consent_challenge')}`;
  };

  await call('POST', '/clients', {
    client_id: 'album',
    redirect_uris: [redirectUri],
    response_types: ['code', 'code id_token'],
    grant_types: ['authorization_code', 'implicit'],
    scope: 'openid',
    audience: ['https://photos.example/'],
  });

  const first = await arrive();
  const loggedIn = await answer(`${first}/accept`, acceptLoginMembers, bodyOf(acceptLoginMembers));
  const consent = await consentAfter(loggedIn);
  t.strictSame(names((await call('GET', consent)).body), namesOf(requestMembers), 'the consent request');
  const session = bodyOf(sessionMembers);
  const granted = { grant_scope: ['openid'], grant_access_token_audience: ['https://photos.example/'], session };
  for (const beyond of [
    { grant_scope: ['openid', 'photos'] },
    { grant_access_token_audience: ['https://other.example/'] },
    { remember_for: -1 },
  ]) {
    const { status, body } = await call('PUT', `${consent}/accept`, { ...granted, ...beyond });
    t.equal(status, 400);
    t.match(body.error_hint, Object.keys(beyond)[0]);
  }
  const consented = await answer(`${consent}/accept`, acceptConsentMembers, {
    ...bodyOf(acceptConsentMembers),
    ...granted,
  });
  const [listed] = (await call('GET', '/oauth2/auth/sessions/consent/text')).body as unknown as readonly Json[];
  t.strictSame(names(listed), namesOf(tables.remembered[0] ?? []));
  t.match(listed, granted);

  const idToken = new URLSearchParams((await visit(consented)).hash.slice(1)).get('id_token') ?? '';
  const full = await arrive({
    acr_values: 'urn:example:password',
    ui_locales: 'de',
    display: 'page',
    login_hint: 'anna',
    id_token_hint: idToken,
    claims: JSON.stringify({ userinfo: { email: null } }),
    claims_locales: 'de',
    prompt: 'login',
  });
  const { body: request } = await call('GET', full);
  t.strictSame(names(request), namesOf(requestMembers), 'the login request');
  t.strictSame(names(request.oidc_context), namesOf(contextMembers));
  for (const { name } of clientMembers) t.ok(Object.hasOwn(request.client as Json, name), `client.${name}`);
  await answer(`${full}/reject`, tables.rejection[0] ?? [], bodyOf(tables.rejection[0] ?? []));
});

t.test('the API answers with the statuses in the table of errors', async (t) => {
  const { adminUrl, publicUrl } = await startServer(t);
  await fetch(`${adminUrl}/clients`, {
    method: 'POST',
    body: JSON.stringify({ client_id: 'album', redirect_uris: ['https://album.example/cb'], scope: 'openid' }),
  });
  const query = 'client_id=album&response_type=code&scope=openid&redirect_uri=https%3A%2F%2Falbum.example%2Fcb';
  const login = await fetch(`${publicUrl}/oauth2/auth?${query}`, { redirect: 'manual' });
  const challenge = new URL(login.headers.get('location') ?? '').searchParams.get('login_challenge');
  const accept = (path: string | null, body: Json, headers: Record<string, string> = {}): Promise<number> =>
    fetch(`${adminUrl}/oauth2/auth/requests/login/${path}/accept`, {
      method: 'PUT',
      body: JSON.stringify(body),
      headers,
    }).then(({ status }) => status);
  t.equal(await accept(challenge, { subject: '' }), 400);
  t.equal(await accept(challenge, { subject: 'anna', remember: 'yes' }), 400);
  t.equal(await accept(challenge, { subject: 'anna' }, { origin: 'https://evil.example' }), 403);
  t.equal(await accept('unknown', { subject: 'anna' }), 404);
  t.equal(await accept(challenge, { subject: 'a'.repeat(1024 * 1024) }), 413);
  t.equal(await accept(challenge, { subject: 'anna' }), 200, 'a corrected answer is accepted');
  t.equal(await accept(challenge, { subject: 'ben' }), 409);
});
