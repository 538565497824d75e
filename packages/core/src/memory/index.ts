// The reference stores keep everything in the memory of this process. Exported as `@claviger/core/memory`.
import type { Stores } from '../ports/stores.ts';
import { MemoryAdminKeyStore } from './memory-admin-key-store.ts';
import { MemoryClientStore } from './memory-client-store.ts';
import { MemoryConsentStore } from './memory-consent-store.ts';
import { MemoryFlowStore } from './memory-flow-store.ts';
import { MemoryKeyStore } from './memory-key-store.ts';
import { MemoryLeaseStore } from './memory-lease-store.ts';
import { MemoryLoginSessionStore } from './memory-login-session-store.ts';
import { MemoryTokenStore } from './memory-token-store.ts';

export { MemoryAuditStore } from './memory-audit-store.ts';

/** New, empty stores. */
export const memoryStores = (): Stores => ({
  adminKeys: new MemoryAdminKeyStore(),
  clients: new MemoryClientStore(),
  consents: new MemoryConsentStore(),
  flows: new MemoryFlowStore(),
  keys: new MemoryKeyStore(),
  leases: new MemoryLeaseStore(),
  loginSessions: new MemoryLoginSessionStore(),
  tokens: new MemoryTokenStore(),
});
