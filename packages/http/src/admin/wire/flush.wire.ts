// What may be flushed (2018 API: FlushInactiveOAuth2TokensRequest).
import { type EpochSeconds, epochSeconds, oauthError } from '@claviger/core';
import Type, { type Static } from 'typebox';
import { optionalText } from '../../json/nullable.ts';

/** Unknown members are ignored. */
export const flushBody = Type.Object(
  { notAfter: optionalText('RFC 3339 date-time: only what was issued before it is removed. Default: now.') },
  { title: 'FlushInactiveOAuth2TokensRequest' },
);

/** RFC 3339 §5.6: a date-time with its offset. `Date.parse` alone accepts many other forms. */
const dateTime = /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

/** undefined for anything that is not a date-time. */
export const secondOf = (text: string): number | undefined => {
  const milliseconds = dateTime.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
};

/** null: now. The zero time of the original counts as absent too. */
export const toIssuedBefore = ({ notAfter }: Static<typeof flushBody>): EpochSeconds | null => {
  if (notAfter === null || notAfter === undefined || notAfter === '0001-01-01T00:00:00Z') return null;
  const second = secondOf(notAfter);
  if (second === undefined) {
    throw oauthError('invalid_request', 'The member "notAfter" must be an RFC 3339 date-time.');
  }
  return epochSeconds(second);
};
