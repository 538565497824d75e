// Receives what happened, for audit logs and metrics. Without a sink, an event costs one comparison and no allocation.
import type { DomainEvent } from '../domain/event.ts';

export interface EventSink {
  /**
   * Called after the act, on the path of the request. Must return quickly and must not throw. `event.origin` is the
   * request itself, so read what is needed of it before returning.
   */
  record(event: DomainEvent): void;
}
