// Ids of grants, and of tokens without a grant: 16 bytes, 22 characters of base64url. They begin with the time, so that
// rows made one after another are neighbours in a store's index. Its newest pages stay in memory however large it
// grows, and are filled completely. The time is in milliseconds, as in UUIDs of version 7 (RFC 9562 §5.7), because
// order matters among the many ids of one second too. An id is not a secret: a token is protected by its own random
// part and its MAC.
import type { Clock, Random } from '../ports/system.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Six bytes, the highest first, are eight characters of base64url (RFC 4648 §5). */
const timePart = (milliseconds: number): string => {
  let text = '';
  let rest = milliseconds;
  for (let index = 0; index < 8; index += 1) {
    text = `${alphabet[rest % 64]}${text}`;
    rest = Math.floor(rest / 64);
  }
  return text;
};

/** The latest one, because many ids are generated within a millisecond. */
let latest = { milliseconds: -1, text: '' };

const timeText = (milliseconds: number): string => {
  if (latest.milliseconds !== milliseconds) latest = { milliseconds, text: timePart(milliseconds) };
  return latest.text;
};

/** Two ids of the same millisecond are equal with a probability of 2^-80. */
const randomBytes = 10;

export const generateSortableId = ({ clock, random }: { readonly clock: Clock; readonly random: Random }): string =>
  `${timeText(clock.milliseconds?.() ?? clock.now() * 1000)}${random.base64url(randomBytes)}`;
