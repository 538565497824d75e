import type { ClientStore } from './client-store.ts';
import type { ConsentStore } from './consent-store.ts';
import type { FlowStore } from './flow-store.ts';
import type { KeyStore } from './key-store.ts';
import type { LeaseStore } from './lease-store.ts';
import type { LoginSessionStore } from './login-session-store.ts';
import type { TokenStore } from './token-store.ts';

/** All the ports that keep data. Each may be in a different database. All are required. */
export interface Stores {
  readonly clients: ClientStore;
  readonly consents: ConsentStore;
  readonly flows: FlowStore;
  readonly keys: KeyStore;
  readonly leases: LeaseStore;
  readonly loginSessions: LoginSessionStore;
  readonly tokens: TokenStore;
}
