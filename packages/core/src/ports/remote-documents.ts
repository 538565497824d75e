// Documents of clients that the server fetches: key sets, request objects, lists of redirect URIs.

export interface RemoteDocuments {
  /**
   * The body of a GET as text. Rejects with an Error that says why, in words that may be shown: the URL is not https, its
   * host is internal, the server does not answer in time or with 200, the document is too long, or too many are being fetched.
   * `clientId`: whose document it is, for a limit on each client's fetches.
   */
  fetch(url: string, clientId?: string): Promise<string>;
}
