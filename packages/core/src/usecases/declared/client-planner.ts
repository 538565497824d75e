// Plans and writes declared clients. A write compares the client's version, so it never overwrites what another caller
// changed after the plan was made.
import type { Client } from '../../domain/client.ts';
import { registeredMetadata } from '../../domain/client-metadata.ts';
import { equalJson, type JsonValue } from '../../domain/json.ts';
import type { ClientStore } from '../../ports/client-store.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { System } from '../../ports/system.ts';
import { acceptRegistration, type RegistrationDeps } from '../clients/accept-registration.ts';
import type { DeleteUnchanged } from '../clients/delete-client.ts';
import { generateIncarnation } from '../clients/incarnation.ts';
import { type CheckedClient, changesOf, declaredParts } from './compare-client.ts';
import type { DeclaredClient, DeclaredStep, KindPlanner, MemberChange, StepOutcome } from './declarations.ts';

interface Deps extends RegistrationDeps {
  readonly clients: ClientStore;
  readonly events: EventSink | null;
  readonly system: System;
  readonly deleteUnchanged: DeleteUnchanged;
}

const kind = 'clients';
const pageSize = 100;

/** Each failure means that another node wrote the client without changing what is declared. */
const attempts = 20;

const asJson = (changes: readonly MemberChange[]): JsonValue => changes as unknown as JsonValue;

interface Planned {
  readonly declared: CheckedClient;
  readonly changes: readonly MemberChange[];
}

export const makeClientPlanner = (deps: Deps): KindPlanner<DeclaredClient> => {
  const { clients, system, settings, signingKeys } = deps;
  const limits = { ...settings, signingAlgorithms: signingKeys.algorithms };

  const record = (type: 'OAuth2ClientCreated' | 'OAuth2ClientUpdated', clientId: string): 'done' => {
    deps.events?.record({ type, clientId });
    return 'done';
  };

  /** Whether a write to `found` overwrites only what the plan showed. */
  const isAsPlanned = (planned: Planned, changes: readonly MemberChange[], before: Client, found: Client): boolean =>
    changes.length === 0 ||
    (equalJson(asJson(changes), asJson(planned.changes)) &&
      (found.storedSecret === before.storedSecret || !changes.some(({ member }) => member === 'secret')));

  const update = async (planned: Planned, before: Client): Promise<StepOutcome> => {
    const { declared } = planned;
    if (planned.changes.length > 0) await acceptRegistration(deps, declared);
    let { changes } = planned;
    let current = before;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const { authMethodUnstated: _, ...kept } = current;
      const next: Client = {
        ...kept,
        ...(await declaredParts(system, declared, changes, current)),
        ...(changes.length > 0 ? { updatedAt: system.clock.now() } : {}),
        version: current.version + 1,
      };
      if ((await clients.replace(next, current.version)) === 'replaced') {
        return record('OAuth2ClientUpdated', declared.id);
      }
      const found = await clients.find(declared.id);
      if (found?.incarnation !== before.incarnation) return 'conflict';
      changes = await changesOf(system, declared, found);
      if (changes.length === 0 && found.declared) return 'unneeded';
      if (!isAsPlanned(planned, changes, before, found)) return 'conflict';
      current = found;
    }
    return 'conflict';
  };

  const create = async ({ declared, changes }: Planned): Promise<StepOutcome> => {
    await acceptRegistration(deps, declared);
    const now = system.clock.now();
    const client: Client = {
      id: declared.id,
      ...(await declaredParts(system, declared, changes, undefined)),
      incarnation: generateIncarnation(system.random),
      createdAt: now,
      updatedAt: now,
      version: 1,
    };
    if ((await clients.create(client)) === 'created') return record('OAuth2ClientCreated', declared.id);
    const found = await clients.find(declared.id);
    if (!found || (await changesOf(system, declared, found)).length > 0) return 'conflict';
    return found.declared ? 'unneeded' : update({ declared, changes: [] }, found);
  };

  const remove = async (client: Client): Promise<StepOutcome> => {
    if ((await deps.deleteUnchanged(client)) === 'removed') return 'done';
    return (await clients.find(client.id)) ? 'conflict' : 'unneeded';
  };

  const deletion = (client: Client): DeclaredStep => {
    const run = (): Promise<StepOutcome> => remove(client);
    return { kind, id: client.id, action: 'delete', changes: [], run };
  };

  return {
    async planOne(given) {
      const declared = { ...given, registered: registeredMetadata(given, limits) };
      const { id } = declared;
      const current = await clients.find(id);
      const planned = { declared, changes: await changesOf(system, declared, current) };
      const { changes } = planned;
      if (!current) return { kind, id, action: 'create', changes, run: () => create(planned) };
      if (changes.length === 0 && current.declared) return null;
      const action = changes.length > 0 ? 'update' : 'adopt';
      return { kind, id, action, changes, run: () => update(planned, current) };
    },

    async planAbsent(declaredIds) {
      const absent: Client[] = [];
      for (let offset = 0; ; offset += pageSize) {
        const page = await clients.list({ limit: pageSize, offset });
        absent.push(...page.filter(({ id, declared }) => declared && !declaredIds.has(id)));
        if (page.length < pageSize) return absent.map(deletion);
      }
    },
  };
};
