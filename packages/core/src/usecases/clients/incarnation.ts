// What tells a client from an earlier one with the same id.
import type { Random } from '../../ports/system.ts';

/** It is compared only with those of clients of the same id, and is no secret: 48 bits will do, and keep rows small. */
export const drawIncarnation = (random: Pick<Random, 'base64url'>): string => random.base64url(6);
