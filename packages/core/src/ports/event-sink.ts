// Receives what happened, for audit logs and metrics. Without a sink, an event costs one comparison and no allocation.
import type { DomainEvent } from '../domain/event.ts';

export interface EventSink {
  /**
   * Called after the act, while the request is served. Must return quickly and must not throw. `event.origin` is the
   * request itself, so read what you need from it before you return.
   */
  record(event: DomainEvent): void;
}
