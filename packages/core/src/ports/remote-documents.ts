// Documents of clients that the server fetches: key sets, request objects, lists of redirect URIs.

export interface RemoteDocuments {
  /**
   * Sends a GET request and returns the body as text. Rejects with an Error whose message may be shown to callers: the
   * URL is not https, its host is internal, the server does not answer in time or with 200, the document is too long,
   * or too many documents are being fetched. `clientId` is the client that owns the document; each client's fetches are
   * limited.
   */
  fetch(url: string, clientId?: string): Promise<string>;
}
