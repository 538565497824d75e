// Lengths of time in Go's notation, which the 2018 settings use: `1h30m`, `10s`, `1.5h`.
import { type Seconds, seconds } from '@claviger/core';
import type { Parse } from './parse.ts';

const nanoseconds: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const part = /(\d{1,12})(?:\.(\d{1,9}))?(ns|us|µs|ms|s|m|h)/y;

/** A hundred years. A longer time is a mistake, and could exceed the range of the stores. */
const mostSeconds = 100n * 365n * 24n * 3600n;

/** A day, for timers: Node.js and the timeouts of Postgres count milliseconds in 31 bits. */
export const mostOfTimers = 24n * 3600n;

/** The shortest text of a length of time: `720h`, `90s`. */
export const durationText = (value: number): string => {
  if (value === 0) return '0s';
  if (value % 3600 === 0) return `${value / 3600}h`;
  return value % 60 === 0 ? `${value / 60}m` : `${value}s`;
};

/** Undefined if the text is not a duration, or not a whole number of seconds. */
const wholeSeconds = (text: string): bigint | undefined => {
  let total = 0n;
  let position = 0;
  while (position < text.length) {
    part.lastIndex = position;
    const [matched = '', whole = '', fraction = '', unit = ''] = part.exec(text) ?? [];
    const size = nanoseconds[unit];
    if (size === undefined) return undefined;
    const scale = 10n ** BigInt(fraction.length);
    const scaled = BigInt(whole + fraction) * size;
    if (scaled % scale !== 0n) return undefined;
    total += scaled / scale;
    position += matched.length;
  }
  const second = 1_000_000_000n;
  return text === '' || total % second !== 0n ? undefined : total / second;
};

export const duration =
  (least: number, most = mostSeconds): Parse<Seconds> =>
  (text) => {
    const value = text === '0' ? 0n : wholeSeconds(text);
    if (value !== undefined && value >= BigInt(least) && value <= most) {
      return { ok: true, value: seconds(Number(value)) };
    }
    const limit = most === mostSeconds ? '' : ` and at most ${most / 3600n}h`;
    return { ok: false, right: `a duration in whole seconds, at least ${least}s${limit}, such as 30s, 10m or 1h30m` };
  };
