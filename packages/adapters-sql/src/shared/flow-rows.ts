// Flows as rows of the table `flows`.
import { completeFlow, type Flow, subjectOf, toStoredFlow } from '@claviger/core';
import type { Tables } from './tables.ts';

export type FlowRow = Tables['flows']['$inferSelect'];

/** `data` is the whole flow: removing the three members that have columns would cost more than it saves. */
export const flowRow = (flow: Flow): FlowRow => ({
  id: flow.id,
  version: flow.version,
  clientId: flow.request.clientId,
  subject: subjectOf(flow),
  expiresAt: flow.expiresAt,
  data: toStoredFlow(flow),
});

/** Turns `data` into the flow, without a copy: it was just read, and nothing else refers to it. */
export const flowOf = ({
  id,
  version,
  expiresAt,
  data,
}: Pick<FlowRow, 'id' | 'version' | 'expiresAt' | 'data'>): Flow =>
  completeFlow(Object.assign(data, { id, version, expiresAt }));
