// Which browser a flow belongs to. Cookies identify it (protocol/browser-cookies.ts); a flow stores their hashes.
import type { Hashed } from './hashed.ts';

/** The browser that a step of a flow began in. */
export interface BrowserOfStep {
  /** Hash of the id in the cookie without a name prefix, the only one that the previous release knows. */
  readonly browser: Hashed;
  /**
   * Hash of the id in the cookie with a name prefix, which decides where it is present. Absent for a plain http issuer,
   * and in steps that the previous release began.
   */
  readonly prefixedBrowser?: Hashed;
}

/** What the cookies of a browser say; null without a valid one of that kind. */
export interface PresentedBrowser {
  readonly plain: Hashed | null;
  readonly prefixed: Hashed | null;
}

/**
 * Whether the browser is the one that the step began in. A sibling subdomain can set the cookie without a prefix, so
 * that one counts only where the step never had the other.
 */
export const isBrowserOf = (step: BrowserOfStep, presented: PresentedBrowser): boolean =>
  step.prefixedBrowser === undefined ? presented.plain === step.browser : presented.prefixed === step.prefixedBrowser;
