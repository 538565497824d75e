// The pages to which the server sends browsers.

export interface UserInterface {
  /** The server adds `login_challenge` to the query. */
  readonly loginUrl: string;
  /** The server adds `consent_challenge` to the query. */
  readonly consentUrl: string;
  /**
   * The server adds `error`, `error_description` and `error_hint`. null: the authorize URL itself shows an error page.
   */
  readonly errorUrl: string | null;
  readonly logoutRedirectUrl: string;
}
