// Broken consent stores.
import { type Consent, type ConsentStore, epochSeconds } from '../../src/index.ts';
import { carelessly, type Fault, withoutEmpty } from './broken-stores.ts';

const expired = 'expired consents are removed up to the limit and counted; live ones stay';

export const consentFaults: readonly Fault<ConsentStore>[] = [
  {
    fault: 'forgets a field',
    caughtBy: 'a consent comes back with every field, found and listed',
    breaks: (sound) => ({
      remember: (consent) => sound.remember({ ...consent, request: { ...consent.request, requestUrl: '' } }),
    }),
  },
  {
    fault: "forgets the client's incarnation",
    caughtBy: 'a consent comes back with every field, found and listed',
    breaks: (sound) => ({ remember: (consent) => sound.remember({ ...consent, clientIncarnation: null }) }),
  },
  {
    fault: 'treats empty as absent',
    caughtBy: 'empty lists, empty texts and null come back unchanged, not as absent',
    breaks: (sound) => ({ remember: (consent) => sound.remember(withoutEmpty(consent)) }),
  },
  {
    fault: 'throws when there is nothing',
    caughtBy: 'no consent is an empty list, not an error',
    breaks: (sound) => ({
      list: async (subject, page, now) => {
        const found = await sound.list(subject, page, now);
        if (found.length === 0) throw new Error('not found');
        return found;
      },
    }),
  },
  {
    fault: 'remembers again under another id',
    caughtBy: 'remembering the same id again changes nothing',
    breaks: (sound) => {
      let copies = 0;
      return {
        remember: async (consent) => {
          await sound.remember(consent);
          copies += 1;
          if (copies > 1) await sound.remember({ ...consent, id: `copy-${copies}` });
        },
      };
    },
  },
  ...carelessly<ConsentStore>(
    'clients, subjects and ids of any length and with any characters are compared exactly',
    'subjects',
    (sound, careless) => ({
      remember: (consent) => sound.remember({ ...consent, subject: careless(consent.subject) }),
      list: (subject, page, now) => sound.list(careless(subject), page, now),
    }),
  ),
  {
    fault: 'returns the object that it was given',
    caughtBy: 'a caller that modifies an object it passed or received does not change the store',
    breaks: () => {
      const given: Consent[] = [];
      return {
        remember: async (consent) => {
          given.push(consent);
        },
        findFor: async () => given,
      };
    },
  },
  {
    fault: 'expires a second late',
    caughtBy: 'a consent is found until the second before its expiry, and never afterwards',
    breaks: (sound) => ({ list: (subject, page, now) => sound.list(subject, page, epochSeconds(now - 1)) }),
  },
  {
    fault: 'treats a missing expiry as expired',
    caughtBy: 'a consent without an expiry is remembered forever',
    breaks: (sound) => ({
      remember: (consent) => sound.remember({ ...consent, expiresAt: consent.expiresAt ?? epochSeconds(0) }),
    }),
  },
  {
    fault: 'lists the oldest first',
    caughtBy: 'consents are listed newest first; those of the same second by descending id',
    breaks: (sound) => ({ findFor: async (...of) => [...(await sound.findFor(...of))].reverse() }),
  },
  {
    fault: 'cuts the page before it filters out expired consents',
    caughtBy: 'pages hold only live consents; limit 0 and an offset past the end return an empty page',
    breaks: (sound) => ({
      list: async (subject, page, now) =>
        (await sound.list(subject, page, epochSeconds(0))).filter(({ expiresAt }) => (expiresAt ?? Infinity) > now),
    }),
  },
  {
    fault: 'finds by subject alone',
    caughtBy: 'consents of another client or subject are not found',
    breaks: (sound) => ({
      findFor: (_client, subject, now) => sound.list(subject, { limit: 1000, offset: 0 }, now),
    }),
  },
  {
    fault: 'ignores the client',
    caughtBy: 'only the consents of the given client are forgotten, and they are counted',
    breaks: (sound) => ({ forget: ({ clientId: _, ...of }) => sound.forget(of) }),
  },
  {
    fault: 'ignores the subject',
    caughtBy: 'only the consents of the given subject are forgotten, and they are counted',
    breaks: (sound) => ({ forget: ({ subject: _, ...of }) => sound.forget(of) }),
  },
  {
    fault: 'compares only the client when given client and subject',
    caughtBy: 'only the consents of the given client and subject are forgotten, and they are counted',
    breaks: (sound) => ({ forget: (of) => sound.forget(of.clientId === undefined ? of : { clientId: of.clientId }) }),
  },
  {
    fault: 'matches everything when given neither client nor subject',
    caughtBy: 'naming neither client nor subject forgets no consent',
    breaks: (sound) => ({
      forget: (of) => (Object.keys(of).length ? sound.forget(of) : sound.removeExpired(epochSeconds(1e12), 1000)),
    }),
  },
  {
    fault: 'ignores the limit',
    caughtBy: expired,
    breaks: (sound) => ({ removeExpired: (now) => sound.removeExpired(now, 1000) }),
  },
];
