// Proof Key for Code Exchange (RFC 7636), method S256 only (RFC 9700 §2.1.1).

/** RFC 7636 §4.2: the base64url SHA-256 of the verifier has 43 characters. */
export const isS256Challenge = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text);

/** RFC 7636 §4.1: 43 to 128 unreserved characters. */
export const isCodeVerifier = (text: string): boolean => /^[A-Za-z0-9._~-]{43,128}$/.test(text);
