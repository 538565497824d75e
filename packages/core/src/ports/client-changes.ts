// Messages between the processes of one node. Each process caches clients for a second; the process that changes a
// client announces it, so that the others drop it from their caches.

export interface ClientChanges {
  /**
   * Resolves when every other process was notified or could not be reached. A process that missed the message reads the
   * change within a second, when its cache expires. Never rejects.
   */
  announce(clientId: string): Promise<void>;
  /** Calls `forget` with the id of each client that another process has changed. */
  subscribe(forget: (clientId: string) => void): void;
}
