// /docs on the admin listener of a development server, in a real browser.
import t from 'tap';
import { launchBrowser } from './support/browser.ts';
import { startServer } from './support/start-server.ts';

// A busy machine is slow.
t.setTimeout(300_000);

t.test('the page shows the operations and sends a request, and loads nothing from other hosts', async (t) => {
  const server = await startServer(t);
  const browser = await launchBrowser(t);
  const page = await (await browser.newContext()).newPage();
  const origins = new Set<string>();
  const problems: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) origins.add(new URL(request.url()).origin);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });

  await page.goto(`${server.adminUrl}/docs`);
  const operation = page.locator('#operations-Server-getVersion');
  await operation.getByText('Read the version').click();
  await operation.getByRole('button', { name: 'Try it out' }).click();
  await operation.getByRole('button', { name: 'Execute' }).click();
  await operation.locator('.live-responses-table .response').first().waitFor();
  t.match(await operation.locator('.live-responses-table').textContent(), /200[\s\S]*"version"/);
  t.strictSame([...origins], [server.adminUrl]);
  t.strictSame(problems, [], 'the policy of the page forbids nothing that it needs');
});

t.test('a server with login and consent pages of the operator has no such page', async (t) => {
  const settings = { CLAVIGER_LOGIN_URL: 'http://ui.example/login', CLAVIGER_CONSENT_URL: 'http://ui.example/consent' };
  const server = await startServer(t, { settings });
  t.equal((await fetch(`${server.adminUrl}/docs`)).status, 404);
  t.equal((await fetch(`${server.publicUrl}/docs`)).status, 404);
  t.equal((await fetch(`${server.adminUrl}/openapi.json`)).status, 200);
});

t.test('the page answers only to a browser on this machine', async (t) => {
  const server = await startServer(t);
  const reply = await fetch(`${server.adminUrl}/docs`, { headers: { 'x-forwarded-for': '203.0.113.7' } });
  t.equal(reply.status, 403);
});
