// Which browser a flow belongs to. Cookies identify it (protocol/browser-cookies.ts); a flow stores their hashes.
import type { Hashed } from './hashed.ts';

/** The browser that a step of a flow began in. */
export interface BrowserOfStep {
  /** Hash of the id in the cookie without a name prefix. The previous release knows only this cookie. */
  readonly browser: Hashed;
  /**
   * Hash of the id in the cookie with a name prefix. If it is present, it alone decides. Absent for a plain http issuer,
   * and in steps that the previous release began.
   */
  readonly prefixedBrowser?: Hashed;
}

/** Hashes of the ids in a browser's cookies. null if it sent no valid cookie of that kind. */
export interface PresentedBrowser {
  readonly plain: Hashed | null;
  readonly prefixed: Hashed | null;
}

/**
 * Whether the browser is the one that the step began in. A sibling subdomain can set the cookie without a prefix, so
 * that cookie counts only if the step began without a prefixed one.
 */
export const isBrowserOf = (step: BrowserOfStep, presented: PresentedBrowser): boolean =>
  step.prefixedBrowser === undefined ? presented.plain === step.browser : presented.prefixed === step.prefixedBrowser;
