// How often something may happen, as a text: `600/1m`.
import type { Rate } from '@claviger/core';
import { duration } from './duration.ts';
import { type Parse, wholeNumber } from './parse.ts';

/** A number of requests and a duration. */
export const requestRate: Parse<Rate> = (text) => {
  const [requests = '', period = '', ...more] = text.split('/');
  const [number, seconds] = [wholeNumber(1, 1_000_000)(requests), duration(1, 86_400)(period)];
  return number.ok && seconds.ok && more.length === 0
    ? { ok: true, value: { requests: number.value, seconds: seconds.value } }
    : { ok: false, right: 'a number of requests and a duration up to 24h, such as 600/1m' };
};
