// `limit` and `offset` of the two listings of the 2018 API.
import type { Page } from '@claviger/core';

const defaultLimit = 100;
const maxLimit = 500;

/** What is no integer means the default; what is negative means 0; and a limit of 0 gives nothing. */
export const toPage = (query: unknown): Page => {
  const { limit, offset } = (query ?? {}) as { limit?: unknown; offset?: unknown };
  return {
    limit: Math.min(toCount(limit, defaultLimit), maxLimit),
    offset: toCount(offset, 0),
  };
};

/** Of a repeated parameter the first counts, as in the original. */
const toCount = (given: unknown, byDefault: number): number => {
  const text = Array.isArray(given) ? given[0] : given;
  if (typeof text !== 'string' || !/^[+-]?\d{1,15}$/.test(text)) return byDefault;
  return Math.max(0, Number(text));
};
