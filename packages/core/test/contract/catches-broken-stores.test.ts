// The contract itself under test: it notices every store that is broken on purpose, and no case of it is idle.
import { AssertionError } from 'node:assert/strict';
import t from 'tap';
import { type Case, contracts } from '../../src/contract/index.ts';
import type { Stores } from '../../src/index.ts';
import { memoryStores } from '../../src/memory/index.ts';
import { claimFaults } from './broken-claim-stores.ts';
import { clientFaults } from './broken-client-stores.ts';
import { consentFaults } from './broken-consent-stores.ts';
import { flowFaults, loginSessionFaults } from './broken-flow-and-session-stores.ts';
import { keyFaults } from './broken-key-stores.ts';
import { broken, type Fault, type Faults } from './broken-stores.ts';
import { cleaningFaults } from './broken-token-cleaning.ts';
import { codeFaults, tokenRecordFaults } from './broken-token-records.ts';
import { revocationFaults } from './broken-token-revocation.ts';
import { rotationFaults } from './broken-token-rotation.ts';

const faults: Faults = {
  claims: claimFaults,
  clients: clientFaults,
  consents: consentFaults,
  flows: flowFaults,
  keys: keyFaults,
  loginSessions: loginSessionFaults,
  tokens: [...tokenRecordFaults, ...codeFaults, ...rotationFaults, ...revocationFaults, ...cleaningFaults],
};

/** Names of the cases that a broken store fails. */
const failedBy = async <S extends object>(fault: Fault<S>, cases: readonly Case<S>[], open: () => S) => {
  const failed: string[] = [];
  for (const { name, run } of cases) {
    await run(broken(open(), fault)).catch(() => failed.push(name));
  }
  return failed;
};

const provePort = <Port extends keyof Stores>(port: Port): Promise<unknown> =>
  t.test(
    `${port}: every broken store fails the case that is named for it, and every case fails some store`,
    async (t) => {
      const idle = new Set(contracts[port].map(({ name }) => name));
      t.equal(idle.size, contracts[port].length, 'names of cases are unique');
      for (const fault of faults[port]) {
        const failed = await failedBy(fault, contracts[port], () => memoryStores()[port]);
        t.ok(failed.includes(fault.caughtBy), `a store that ${fault.fault}: ${fault.caughtBy}`);
        idle.delete(fault.caughtBy);
      }
      t.same([...idle], [], 'no case is without a store that it catches');
    },
  );

for (const port of Object.keys(contracts) as (keyof Stores)[]) await provePort(port);

t.test('a failing case says by an AssertionError what was expected', async (t) => {
  const [first] = contracts.clients;
  const [forgetful] = clientFaults;
  t.ok(first && forgetful);
  if (first && forgetful) await t.rejects(first.run(broken(memoryStores().clients, forgetful)), AssertionError);
});
