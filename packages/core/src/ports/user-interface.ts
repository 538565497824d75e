// The pages that the server sends a browser to.

export interface UserInterface {
  /** Gets `login_challenge` added to its query. */
  readonly loginUrl: string;
  /** Gets `consent_challenge` added to its query. */
  readonly consentUrl: string;
  /** Gets `error`, `error_description` and `error_hint` added. null: errors are a page on the authorize URL itself. */
  readonly errorUrl: string | null;
  readonly logoutRedirectUrl: string;
}
