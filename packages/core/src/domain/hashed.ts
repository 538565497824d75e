// The hash of a secret, which is stored instead of the secret.

declare const hashed: unique symbol;

/** The SHA-256 of a random secret, base64url without padding (43 characters). Never the secret itself. */
export type Hashed = string & { readonly [hashed]: true };

export const asHashed = (value: string): Hashed => value as Hashed;
