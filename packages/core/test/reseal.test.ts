// After a change of the system secret, everything stored is sealed again with the new one while nodes serve.
import { randomUUID } from 'node:crypto';
import { emptyClientMetadata, type Provider } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import { nodeSystem } from '@claviger/core/node';
import { SignJWT } from 'jose';
import t from 'tap';
import { broken } from './contract/broken-stores.ts';
import { givenAProvider } from './support/given-a-provider.ts';
import { get, json, post } from './support/wire.ts';

const [older, newer] = ['the older system secret', 'the newer system secret'];

const over = (stores = memoryStores(), systemSecret: string = older, ...previousSecrets: string[]) =>
  givenAProvider({}, { stores, system: nodeSystem({ systemSecret, previousSecrets }) }).provider;

const jwtClient = (id: string) => ({
  id,
  secret: `a secret of ${id} that has at least 32 bytes`,
  metadata: { ...emptyClientMetadata, tokenEndpointAuthMethod: 'client_secret_jwt' },
});

const givenStores = async () => {
  const stores = memoryStores();
  const { admin } = over(stores);
  await admin.makeSigningKeys();
  await admin.createKeys({ set: 'own', kid: 'one', alg: 'ES256', use: 'sig' });
  for (let index = 0; index < 250; index += 1) await admin.createClient(jwtClient(`client-${index}`));
  await admin.createClient({ id: 'plain', metadata: emptyClientMetadata });
  return stores;
};

t.test('keys and secrets are sealed again once, and the older secret is no longer needed', async (t) => {
  const stores = await givenStores();
  const before = await over(stores).admin.getKeySet('hydra.openid.id-token');
  t.match(await over(stores, newer).admin.checkStores(), [{ port: 'keys', problem: /system secret/ }]);
  t.same(await over(stores, newer, older).admin.checkStores(), []);
  const { admin } = over(stores, newer, older);
  const keys = (await stores.keys.listAll()).length;
  t.same(await admin.reseal(), { keys, clients: 250, unreadable: [] });
  t.same(await admin.reseal(), { keys: 0, clients: 0, unreadable: [] }, 'nothing is left to do');
  const after = over(stores, newer).admin;
  t.same(await after.checkStores(), []);
  t.same(await after.getKeySet('hydra.openid.id-token'), before);
  t.same(await after.reseal(), { keys: 0, clients: 0, unreadable: [] });
});

const publishedBy = async ({ endpoints }: Provider) => json(await get(endpoints.jwks, '/'));

t.test('a node seals the signing keys again when it reads them for the first time', async (t) => {
  const stores = await givenStores();
  const published = await publishedBy(over(stores));
  t.same(await publishedBy(over(stores, newer, older)), published);
  t.same(await publishedBy(over(stores, newer)), published, 'the older secret is not needed');
  t.match((await over(stores, newer).admin.reseal()).unreadable, ['key private:one of set own'], 'other sets wait');
});

t.test('signing keys of a store that refuses writes are still served', async (t) => {
  const stores = await givenStores();
  const published = await publishedBy(over(stores));
  const keys = broken(stores.keys, {
    fault: 'is read-only',
    caughtBy: '',
    breaks: () => ({ replaceSealed: () => Promise.reject(new Error('read-only')) }),
  });
  t.same(await publishedBy(over({ ...stores, keys }, newer, older)), published);
});

t.test('a client_secret_jwt secret is sealed again when it verifies an assertion', async (t) => {
  const stores = memoryStores();
  await over(stores).admin.createClient({
    ...jwtClient('shop'),
    metadata: { ...jwtClient('shop').metadata, grantTypes: ['client_credentials'] },
  });
  const assertion = (secret: string) =>
    new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('shop')
      .setSubject('shop')
      .setAudience('http://127.0.0.1:4444/')
      .setExpirationTime('1m')
      .sign(new TextEncoder().encode(secret));
  const ask = async (provider: Provider, secret = jwtClient('shop').secret) => {
    const form = {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertion(secret),
    };
    return (await post(provider.endpoints.token, form)).status;
  };
  const before = await stores.clients.find('shop');
  t.equal(await ask(over(stores, newer, older), 'a wrong secret that has at least 32 bytes'), 401);
  t.same(await stores.clients.find('shop'), before, 'a wrong assertion changes nothing');
  t.equal(await ask(over(stores, newer, older)), 200);
  t.equal(await ask(over(stores, newer)), 200, 'the older secret is not needed');
});

t.test('values that no secret opens are named and left unchanged', async (t) => {
  const stores = await givenStores();
  const { keys, clients, unreadable } = await over(stores, newer).admin.reseal();
  t.same([keys, clients], [0, 0]);
  t.ok(unreadable.includes('secret of client client-7'));
  t.ok(unreadable.includes('key private:one of set own'));
  t.same(await over(stores).admin.checkStores(), [], 'the older secret still opens everything');
});

t.test('a change between reading and replacing is not lost', async (t) => {
  const stores = memoryStores();
  const old = over(stores).admin;
  await old.createClient(jwtClient('shop'));
  const [key] = await old
    .createKeys({ set: 'own', kid: 'one', alg: 'HS256', use: 'sig' })
    .then(() => stores.keys.list('own'));
  let changes = 0;
  const clients = broken(stores.clients, {
    fault: 'is changed by another node',
    caughtBy: '',
    breaks: (sound) => ({
      replace: async (client, version) => {
        changes += 1;
        if (changes === 1) {
          const metadata = { ...jwtClient('shop').metadata, name: 'Renamed' };
          await old.updateClient({ id: 'shop', metadata });
        }
        return sound.replace(client, version);
      },
    }),
  });
  const keys = broken(stores.keys, {
    fault: 'loses the key to another node',
    caughtBy: '',
    breaks: (sound) => ({
      replaceSealed: async (resealed, expected) => {
        await sound.removeSet('own');
        return sound.replaceSealed(resealed, expected);
      },
    }),
  });
  const result = await over({ ...stores, clients, keys }, newer, older).admin.reseal();
  t.same(result, { keys: 0, clients: 1, unreadable: [] });
  t.equal((await stores.clients.find('shop'))?.metadata.name, 'Renamed');
  t.ok(key);
  t.same(await stores.keys.list('own'), [], 'a removed key does not come back');
});
