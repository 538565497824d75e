// Between the processes of one node: whoever changes a client tells the others, which remember clients for a second.

export interface ClientChanges {
  /** Resolves when all others have been told, or cannot be: they find out by themselves within a second. Never rejects. */
  announce(clientId: string): Promise<void>;
  /** Calls back for each client that another process has changed. */
  subscribe(forget: (clientId: string) => void): void;
}
