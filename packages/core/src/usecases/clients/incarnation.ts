// Distinguishes a client from an earlier one with the same id.
import type { Random } from '../../ports/system.ts';

/** Only compared with incarnations of the same client id, and not a secret. 48 bits are enough, and keep rows small. */
export const generateIncarnation = (random: Pick<Random, 'base64url'>): string => random.base64url(6);
