// Units of time. Branded, so that a lifetime cannot be passed where a moment is expected.

declare const unit: unique symbol;

/** A moment: whole seconds since 1970-01-01T00:00:00Z. */
export type EpochSeconds = number & { readonly [unit]: 'epoch-seconds' };

/** A duration in whole seconds. */
export type Seconds = number & { readonly [unit]: 'seconds' };

export const epochSeconds = (value: number): EpochSeconds => value as EpochSeconds;
export const seconds = (value: number): Seconds => value as Seconds;

export const after = (moment: EpochSeconds, length: Seconds): EpochSeconds => (moment + length) as EpochSeconds;

/**
 * How far a client's clock may be ahead or behind when `exp` and `nbf` of its JWTs are checked (RFC 7519 §4.1.4,
 * §4.1.5). FAPI 2.0 Security Profile §5.3.2.1: 10 seconds must be accepted, more than 60 must not. `iat` is not
 * checked, because `exp` limits the life of a JWT.
 */
export const clientClockTolerance = seconds(30);

/** `expiresAt` itself counts as expired: a lifespan of 1 h ends exactly 3600 seconds after the issue. */
export const isPast = (expiry: EpochSeconds, now: EpochSeconds): boolean => expiry <= now;

export const earliest = (a: EpochSeconds, b: EpochSeconds): EpochSeconds => (a < b ? a : b);
