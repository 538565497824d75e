// Lengths of time in Go's notation, which the 2018 settings use: `1h30m`, `10s`, `1.5h`.
import { longestDuration, parseGoDuration, type Seconds } from '@claviger/core';
import type { Parse } from './parse.ts';

/** A day, for timers: Node.js and the timeouts of Postgres count milliseconds in 31 bits. */
export const mostOfTimers = 24 * 3600;

/** The shortest text of a length of time: `720h`, `90s`. */
export const durationText = (value: number): string => {
  if (value === 0) return '0s';
  if (value % 3600 === 0) return `${value / 3600}h`;
  return value % 60 === 0 ? `${value / 60}m` : `${value}s`;
};

export const duration =
  (least: number, most: number = longestDuration): Parse<Seconds> =>
  (text) => {
    const value = parseGoDuration(text);
    if (value !== undefined && value >= least && value <= most) return { ok: true, value };
    const limit = most === longestDuration ? '' : ` and at most ${most / 3600}h`;
    return { ok: false, right: `a duration in whole seconds, at least ${least}s${limit}, such as 30s, 10m or 1h30m` };
  };
