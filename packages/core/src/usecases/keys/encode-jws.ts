// JWS Compact Serialization (RFC 7515 §7.1).
import { base64url } from 'jose';
import type { JsonObject } from '../../domain/json.ts';

const utf8 = new TextEncoder();

export const encodePart = (value: JsonObject): string => base64url.encode(utf8.encode(JSON.stringify(value)));

/** `sign` gets the JWS signing input and returns the signature in base64url. */
export const encodeJws = async (
  encodedHeader: string,
  claims: JsonObject,
  sign: (input: string) => Promise<string>,
): Promise<string> => {
  const input = `${encodedHeader}.${encodePart(claims)}`;
  return `${input}.${await sign(input)}`;
};
