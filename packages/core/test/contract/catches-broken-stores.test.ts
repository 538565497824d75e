// Tests the contract itself: it catches every store that is broken on purpose, and every case catches at least one.
import { AssertionError } from 'node:assert/strict';
import t from 'tap';
import { auditStoreContract, type Case, type Cleaning, contracts } from '../../src/contract/index.ts';
import { epochSeconds, type PortName, portNames, type Stores } from '../../src/index.ts';
import { MemoryAuditStore, memoryStores } from '../../src/memory/index.ts';
import { adminKeyFaults } from './broken-admin-key-stores.ts';
import { auditFaults } from './broken-audit-stores.ts';
import { clientFaults } from './broken-client-stores.ts';
import { consentFaults } from './broken-consent-stores.ts';
import { flowFaults, loginSessionFaults } from './broken-flow-and-session-stores.ts';
import { keyFaults } from './broken-key-stores.ts';
import { leaseFaults } from './broken-lease-stores.ts';
import { broken, type Fault, type Faults } from './broken-stores.ts';
import { cleaningFaults } from './broken-token-cleaning.ts';
import { codeFaults, tokenRecordFaults } from './broken-token-records.ts';
import { revocationFaults } from './broken-token-revocation.ts';
import { rotationFaults } from './broken-token-rotation.ts';

const faults: Faults = {
  adminKeys: adminKeyFaults,
  clients: clientFaults,
  consents: consentFaults,
  flows: flowFaults,
  keys: keyFaults,
  leases: leaseFaults,
  loginSessions: loginSessionFaults,
  tokens: [...tokenRecordFaults, ...codeFaults, ...rotationFaults, ...revocationFaults, ...cleaningFaults],
};

/** Names of the cases that a broken store fails. */
const failedBy = async <S extends object>(
  fault: Fault<S>,
  cases: readonly Case<S>[],
  open: () => S,
  cleaning: Cleaning = 'on-request',
) => {
  const failed: string[] = [];
  for (const { name, run } of cases) {
    await run(broken(open(), fault), cleaning).catch(() => failed.push(name));
  }
  return failed;
};

const prove = <S extends object>(
  port: string,
  cases: readonly Case<S>[],
  faults: readonly Fault<S>[],
  open: () => S,
): Promise<unknown> =>
  t.test(`${port}: every broken store fails the case that it names, and every case fails some store`, async (t) => {
    const idle = new Set(cases.map(({ name }) => name));
    t.equal(idle.size, cases.length, 'case names are unique');
    for (const fault of faults) {
      const failed = await failedBy(fault, cases, open);
      t.ok(failed.includes(fault.caughtBy), `a store that ${fault.fault}: ${fault.caughtBy}`);
      idle.delete(fault.caughtBy);
    }
    t.same([...idle], [], 'every case catches a broken store');
  });

const provePort = <Port extends PortName>(port: Port): Promise<unknown> =>
  prove<Stores[Port]>(port, contracts[port], faults[port], () => memoryStores()[port]);

for (const port of portNames) await provePort(port);
await prove('audit', auditStoreContract, auditFaults, () => new MemoryAuditStore());

t.test('a failing case throws an AssertionError that says what was expected', async (t) => {
  const [first] = contracts.clients;
  const [forgetful] = clientFaults;
  t.ok(first && forgetful);
  if (first && forgetful)
    await t.rejects(first.run(broken(memoryStores().clients, forgetful), 'on-request'), AssertionError);
});

/** The number of cases that catch a store that claims to clean automatically but never removes anything. */
const casesThatCatch = async <Port extends 'flows' | 'consents' | 'loginSessions' | 'tokens'>(
  port: Port,
  breaks: Fault<Stores[Port]>['breaks'],
): Promise<number> => {
  const fault = { fault: 'is broken', caughtBy: '', breaks };
  return (await failedBy<Stores[Port]>(fault, contracts[port], () => memoryStores()[port], 'automatic')).length;
};

t.test('a store that cleans automatically must return 0 from removeExpired and find no expired rows', async (t) => {
  const removeExpired = async (): Promise<number> => 0;
  const removeEarly = async (): Promise<number> => 1;
  const longAgo = epochSeconds(0);
  for (const port of ['flows', 'consents', 'loginSessions', 'tokens'] as const) {
    t.equal(
      await casesThatCatch(port, () => ({ removeExpired })),
      0,
      `${port}: expired rows may stay if they are not found`,
    );
    t.not(
      await casesThatCatch(port, () => ({ removeExpired: removeEarly })),
      0,
      `${port}: returning a count is caught`,
    );
    t.not(await casesThatCatch(port, () => ({})), 0, `${port}: removing on request is caught`);
  }
  const caught = [
    await casesThatCatch('flows', (sound) => ({ removeExpired, find: (id) => sound.find(id, longAgo) })),
    await casesThatCatch('loginSessions', (sound) => ({ removeExpired, find: (id) => sound.find(id, longAgo) })),
    await casesThatCatch('tokens', (sound) => ({ removeExpired, findToken: (key) => sound.findToken(key, longAgo) })),
    await casesThatCatch('consents', (sound) => ({
      removeExpired,
      list: (...of) => sound.list(of[0], of[1], longAgo),
    })),
  ];
  for (const cases of caught) t.ok(cases > 1, 'finding expired rows fails more than one case');
});
