// A property: after any history, a folder that equals the server has an empty plan, and a plan is empty after its
// steps. HISTORIES_SEED repeats a run.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPostgresStores } from '@claviger/adapters-sql/postgres';
import { openSqliteStores } from '@claviger/adapters-sql/sqlite';
import { startPostgres } from '@claviger/adapters-sql/testing';
import {
  createProvider,
  type DeclaredStep,
  emptyClientMetadata,
  OAuthError,
  type ProposedMetadata,
  type Provider,
  type Stores,
} from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import { nodeSystem } from '@claviger/core/node';
import { fromClient } from '@claviger/http';
import t, { type Test } from 'tap';
import { stringify } from 'yaml';
import { planRead } from '../src/declarations/plan-files.ts';
import { readDeclarations } from '../src/declarations/read-declarations.ts';

const given = process.env.HISTORIES_SEED;
const seed = given ? Number(given) : Date.now() % 2 ** 31;

/** A linear congruential generator, so that a seed repeats a history. */
const makeDraw = (start: number) => {
  let state = start;
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

type Draw = ReturnType<typeof makeDraw>;

const pick = <T>(draw: Draw, values: readonly T[]): T => values[draw(values.length)] as T;

const ids = ['shop', 'app', 'api', 'Zo\u00eb: #1', '- 1'];
const secrets = { SECRET_A: 'secret a, long enough for a MAC key', SECRET_B: 'secret b, long enough for a MAC key' };
const jwks = { keys: [{ kty: 'EC', kid: 'k', crv: 'P-256', x: 'eA', y: 'eQ' }] };

/** Secrets that are hashed slowly are rarer. */
const methods = [
  null,
  'client_secret_basic',
  ...['client_secret_jwt', 'client_secret_jwt'],
  ...['private_key_jwt', 'private_key_jwt'],
  ...Array.from({ length: 10 }, () => 'none'),
];

/** Members in the form of files and of the admin API. */
const drawBody = (draw: Draw): Record<string, unknown> => {
  const method = pick(draw, methods);
  const optional: Record<string, unknown> = {
    client_name: pick(draw, ['Shop', 'yes', '1.0', '"quoted"\nlines', '\u{1f510}']),
    redirect_uris: pick(draw, [[], ['https://a.example/cb'], ['https://a.example/cb', 'com.example.app:/cb']]),
    scope: pick(draw, ['openid', 'a b', '*']),
    grant_types: pick(draw, [['client_credentials'], ['authorization_code', 'refresh_token']]),
    response_types: pick(draw, [['code'], ['code id_token', 'code']]),
    owner: pick(draw, ['team a', 'null', '~']),
    contacts: ['a@example.org'],
    default_max_age: pick(draw, [0, 300]),
    require_auth_time: pick(draw, [true, false]),
    access_token_strategy: pick(draw, ['jwt', 'opaque']),
    subject_type: pick(draw, ['public', 'pairwise']),
    audience: ['https://api.example/'],
  };
  const members = Object.entries(optional).filter(() => draw(3) === 0);
  return {
    ...Object.fromEntries(members),
    ...(method === null ? {} : { token_endpoint_auth_method: method }),
    ...(method === 'private_key_jwt' ? { jwks } : {}),
  };
};

interface World {
  readonly provider: Provider;
  readonly stores: Stores;
  readonly draw: Draw;
  readonly folder: string;
  /** The variable with the secret of each client, where the history chose it. */
  readonly secretOf: Map<string, keyof typeof secrets>;
}

type Entry = Readonly<Record<string, unknown>>;

const write = ({ folder, draw }: World, entries: readonly Entry[]): void => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  // Some in YAML, some in JSON.
  const halves = [entries.filter((_, index) => index % 2 === 0), entries.filter((_, index) => index % 2 === 1)];
  for (const [index, clients] of halves.entries()) {
    const isJson = draw(2) === 0;
    const text = isJson ? JSON.stringify({ clients }) : stringify({ clients });
    writeFileSync(join(folder, `${index}.${isJson ? 'json' : 'yaml'}`), text);
  }
};

const planOf = async (world: World): Promise<readonly DeclaredStep[]> =>
  planRead(world.provider, await readDeclarations(world.folder, secrets), true);

const usesSecret = (entry: Entry): boolean =>
  String(entry.token_endpoint_auth_method ?? 'client_secret_basic').startsWith('client_secret_');

const applyFiles = async (world: World): Promise<void> => {
  const { draw, secretOf } = world;
  const entries = ids
    .filter(() => draw(2) === 0)
    .map((id): Entry => {
      const body = drawBody(draw);
      if (!usesSecret(body)) return { client_id: id, ...body };
      const env = pick(draw, ['SECRET_A', 'SECRET_B'] as const);
      secretOf.set(id, env);
      return { client_id: id, client_secret: { env }, ...body };
    });
  write(world, entries);
  const prune = draw(2) === 0;
  for (const step of await planOf(world)) {
    if (step.action === 'delete' && !prune) continue;
    if ((await step.run()) !== 'done') throw new Error(`${step.action} ${step.id} was not done.`);
    if (step.action === 'delete') secretOf.delete(step.id);
  }
};

const toMetadata = (body: Record<string, unknown>): ProposedMetadata => ({
  ...emptyClientMetadata,
  redirectUris: (body.redirect_uris ?? []) as string[],
  name: (body.client_name ?? null) as string | null,
  scope: (body.scope ?? '') as string,
  tokenEndpointAuthMethod: (body.token_endpoint_auth_method ?? null) as string | null,
  jwks: (body.jwks ?? null) as ProposedMetadata['jwks'],
});

const administer = async ({ provider: { admin }, draw, secretOf }: World): Promise<void> => {
  const id = pick(draw, ids);
  const metadata = toMetadata(drawBody(draw));
  const env = pick(draw, ['SECRET_A', 'SECRET_B'] as const);
  const isSecret = usesSecret({ token_endpoint_auth_method: metadata.tokenEndpointAuthMethod ?? undefined });
  const secret = isSecret && draw(2) === 0 ? secrets[env] : undefined;
  const action = draw(3);
  if (action === 0) {
    if (await admin.deleteClient(id)) secretOf.delete(id);
    return;
  }
  try {
    const { outcome } = await (action === 1
      ? admin.createClient({ id, secret, metadata })
      : admin.updateClient({ id, secret, metadata }));
    if (outcome !== 'exists' && outcome !== 'unknown' && secret !== undefined) secretOf.set(id, env);
  } catch (error) {
    // An update without the secret that its new method needs.
    if (!(error instanceof OAuthError)) throw error;
  }
};

const registerItself = async ({ provider, draw }: World): Promise<void> => {
  const {
    owner: _,
    audience: __,
    standardClaims: ___,
    accessTokenStrategy: ____,
    ...metadata
  } = toMetadata({
    ...drawBody(draw),
    client_name: 'Self',
    redirect_uris: ['https://self.example/cb'],
    scope: 'openid',
  });
  await provider.registration?.register({ initialAccessToken: undefined, softwareStatement: undefined, metadata });
};

/** What the admin API shows of every client, with references to the secrets that are known. */
const exportAll = async ({ provider, secretOf }: World): Promise<readonly Entry[]> =>
  (await provider.admin.listClients({ limit: 500, offset: 0 })).map((client): Entry => {
    const { client_secret_expires_at: _, ...shown } = fromClient(client);
    const env = usesSecret(shown) ? secretOf.get(client.id) : undefined;
    return env === undefined ? shown : { ...shown, client_secret: { env } };
  });

const oneHistory = async (t: Test, stores: Stores, start: number): Promise<void> => {
  const provider = createProvider({
    issuer: 'http://127.0.0.1:4444/',
    stores,
    ui: {
      loginUrl: 'https://ui.example/',
      consentUrl: 'https://ui.example/',
      errorUrl: null,
      logoutRedirectUrl: 'https://ui.example/',
    },
    system: nodeSystem({ systemSecret: 'a system secret for tests' }),
    settings: {
      clientRegistration: 'open',
      subjectTypes: ['public', 'pairwise'],
      pairwiseSalt: 'a salt of 16 characters',
    },
  });
  const world: World = { provider, stores, draw: makeDraw(start), folder: join(t.testdir(), 'd'), secretOf: new Map() };
  const acts = [applyFiles, applyFiles, administer, administer, registerItself];
  for (let left = 1 + world.draw(6); left > 0; left -= 1) await pick(world.draw, acts)(world);
  write(world, await exportAll(world));
  const before = await planOf(world);
  const changes = before.filter(({ action }) => action !== 'adopt');
  if (changes.length > 0) t.fail(`HISTORIES_SEED=${seed}: history ${start}: ${JSON.stringify(changes)}`);
  for (const step of before) await step.run();
  const after = await planOf(world);
  if (after.length > 0) t.fail(`HISTORIES_SEED=${seed}: history ${start}, after apply: ${JSON.stringify(after)}`);
};

/** `open` returns empty stores each time. */
const histories = async (
  t: Test,
  count: number,
  open: () => Promise<{ stores: Stores; close?: () => Promise<void> }>,
) => {
  for (let index = 0; index < count; index += 1) {
    const { stores, close } = await open();
    try {
      await oneHistory(t, stores, seed + index);
    } finally {
      await close?.();
    }
  }
  t.pass(`${count} histories, HISTORIES_SEED=${seed}`);
};

t.test('in memory, 150 histories', (t) => histories(t, 150, async () => ({ stores: memoryStores() })));

t.test('on SQLite, 50 histories', (t) =>
  histories(t, 50, async () => {
    const opened = await openSqliteStores({ file: ':memory:' });
    await opened.migrate();
    return { stores: opened.stores, close: () => opened.close() };
  }),
);

t.test('on Postgres, 10 histories', async (t) => {
  const postgres = await startPostgres();
  t.teardown(() => postgres.stop());
  await histories(t, 10, async () => {
    const { url } = await postgres.createDatabase();
    const opened = await openPostgresStores({ url });
    await opened.migrate();
    return { stores: opened.stores, close: () => opened.close() };
  });
});
