// Ids of grants, and of tokens that have none: 16 bytes, 22 characters of base64url. They begin with the time, so that rows
// made one after the other lie side by side in a store's index, whose newest pages stay in memory however large it grows.
// An id is no secret: what guards a token is its own random part, and its MAC.
import type { EpochSeconds } from '../domain/time.ts';
import type { Clock, Random } from '../ports/system.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Six bytes, the highest first, are eight characters of base64url (RFC 4648 §5). */
const timePart = (now: EpochSeconds): string => {
  let text = '';
  let rest: number = now;
  for (let index = 0; index < 8; index += 1) {
    text = `${alphabet[rest % 64]}${text}`;
    rest = Math.floor(rest / 64);
  }
  return text;
};

/** Two ids of one second are alike with a chance of 1 in 2^80. */
const randomBytes = 10;

export const drawGrantId = ({ clock, random }: { readonly clock: Clock; readonly random: Random }): string =>
  `${timePart(clock.now())}${random.base64url(randomBytes)}`;
