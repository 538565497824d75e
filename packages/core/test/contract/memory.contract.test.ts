// Runs the whole contract on the memory stores, and checks what the fixtures promise.
import t from 'tap';
import { auditStoreContract, fixtures, runContract, runContracts } from '../../src/contract/index.ts';
import { MemoryAuditStore, memoryStores } from '../../src/memory/index.ts';

t.test('the memory stores pass the contract', async (t) => {
  await runContracts(
    (name, run) =>
      t.test(name, async (t) => {
        await run();
        t.pass('holds');
      }),
    async () => ({ store: memoryStores(), close: async () => {} }),
  );
});

t.test('the audit store in memory passes the contract', async (t) => {
  await runContract(
    (name, run) =>
      t.test(name, async (t) => {
        await run();
        t.pass('holds');
      }),
    async () => ({ store: new MemoryAuditStore(), close: async () => {} }),
    auditStoreContract,
  );
});

/** Names of members that have their zero value. `session` and `claims` may hold anything and are not checked. */
const zeroMembers = (value: unknown, path: string): string[] => {
  if (value === 0 || value === '' || value === false || value === null || value === undefined) return [path];
  if (typeof value !== 'object') return [];
  const members = Object.entries(value).filter(([name]) => !['accessToken', 'idToken'].includes(name));
  if (members.length === 0 && !path.endsWith('session')) return [path];
  return members.flatMap(([name, member]) => zeroMembers(member, `${path}.${name}`));
};

t.test(
  'no field of a full fixture has its zero value, which a store that drops the field would also return',
  async (t) => {
    const { fullAdminKey, fullClient, fullClientToken, fullCode, fullConsent, fullFlow, fullGrant } = fixtures;
    const full = { fullAdminKey, fullClient, fullClientToken, fullCode, fullConsent, fullFlow, fullGrant };
    for (const [name, make] of Object.entries(full)) t.same(zeroMembers(make(), name), []);
    const { fullKey, fullLoginSession, fullToken } = fixtures;
    for (const [name, make] of Object.entries({ fullKey, fullLoginSession, fullToken })) {
      t.same(zeroMembers(make(), name), []);
    }
  },
);
