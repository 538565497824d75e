// `limit` and `offset` of the two listings of the 2018 API.
import type { Page } from '@claviger/core';

const defaultLimit = 100;
const maxLimit = 500;

/** A value that is not an integer means the default, and a negative one means 0. A limit of 0 gives an empty page. */
export const toPage = (query: unknown): Page => {
  const { limit, offset } = (query ?? {}) as { limit?: unknown; offset?: unknown };
  return {
    limit: Math.min(toCount(limit, defaultLimit), maxLimit),
    offset: toCount(offset, 0),
  };
};

/** The first of a repeated parameter counts (2018 API). */
const toCount = (given: unknown, byDefault: number): number => {
  const text = Array.isArray(given) ? given[0] : given;
  if (typeof text !== 'string' || !/^[+-]?\d{1,15}$/.test(text)) return byDefault;
  return Math.max(0, Number(text));
};
