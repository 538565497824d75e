// Durations in Go's notation (time.ParseDuration), which the settings and the API both use: `1h30m`, `1.5h`.
import { type Seconds, seconds } from './time.ts';

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
export const longestDuration = seconds(100 * 365 * 24 * 3600);

/** Undefined if the text is not a duration, not a whole number of seconds, or longer than a hundred years. */
export const parseGoDuration = (text: string): Seconds | undefined => {
  if (text === '0') return seconds(0);
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
  if (text === '' || total % second !== 0n || total > BigInt(longestDuration) * second) return undefined;
  return seconds(Number(total / second));
};

/** As Go prints it: `1h0m0s`, `1m30s`, `5s`. */
export const goDurationText = (value: Seconds): string => {
  const [hours, minutes, rest] = [Math.floor(value / 3600), Math.floor(value / 60) % 60, value % 60];
  if (hours > 0) return `${hours}h${minutes}m${rest}s`;
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
};
