// Values that a caller returns to the server: an id and a MAC over it. A forged one is refused before any look-up, and
// no secret has to be stored to recognise a genuine one.
import type { Mac, MacPurpose } from '../ports/system.ts';

/** Bytes of an id: 128 random bits, 22 characters of base64url. */
export const idBytes = 16;
const idLength = 22;
const macLength = 43;

/** 65 URL-safe characters. */
export const makeHandle = (mac: Mac, purpose: MacPurpose, id: string): string => `${id}${mac.sign(purpose, id)}`;

/** The id inside, undefined when the value was not made by makeHandle for this purpose. */
export const openHandle = (mac: Mac, purpose: MacPurpose, handle: string): string | undefined => {
  if (handle.length !== idLength + macLength) return undefined;
  const id = handle.slice(0, idLength);
  return mac.verify(purpose, id, handle.slice(idLength)) ? id : undefined;
};
