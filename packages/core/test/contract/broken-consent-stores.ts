// Faults of consent stores.
import { type Consent, type ConsentStore, epochSeconds } from '../../src/index.ts';
import { carelessly, type Fault, withoutEmpty } from './broken-stores.ts';

const expired = 'expired consents are removed, at most as many as asked for, and counted; live ones stay';

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
    fault: 'takes empty for absent',
    caughtBy: 'empty lists, empty texts and null come back as they are, not absent',
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
    'clients, subjects and ids are compared exactly, whatever characters and however many they have',
    'subjects',
    (sound, careless) => ({
      remember: (consent) => sound.remember({ ...consent, subject: careless(consent.subject) }),
      list: (subject, page, now) => sound.list(careless(subject), page, now),
    }),
  ),
  {
    fault: 'hands out the object that it was given',
    caughtBy: 'what a caller does to an object that it gave or was given does not reach the store',
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
    caughtBy: 'a consent is remembered until the second before its expiry, and not from then on',
    breaks: (sound) => ({ list: (subject, page, now) => sound.list(subject, page, epochSeconds(now - 1)) }),
  },
  {
    fault: 'takes no expiry for expired',
    caughtBy: 'a consent without an expiry is remembered for ever',
    breaks: (sound) => ({
      remember: (consent) => sound.remember({ ...consent, expiresAt: consent.expiresAt ?? epochSeconds(0) }),
    }),
  },
  {
    fault: 'lists the oldest first',
    caughtBy: 'consents come newest first, those of one second by id, descending',
    breaks: (sound) => ({ findFor: async (...of) => [...(await sound.findFor(...of))].reverse() }),
  },
  {
    fault: 'cuts the page before it leaves out what is past',
    caughtBy: 'pages are cut from the consents that are not past; limit 0 and an offset past the end give none',
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
    fault: 'does not see the client',
    caughtBy: 'consents of a client are forgotten and counted, and no others',
    breaks: (sound) => ({ forget: ({ clientId: _, ...of }) => sound.forget(of) }),
  },
  {
    fault: 'does not see the subject',
    caughtBy: 'consents of a subject are forgotten and counted, and no others',
    breaks: (sound) => ({ forget: ({ subject: _, ...of }) => sound.forget(of) }),
  },
  {
    fault: 'takes client and subject for the client',
    caughtBy: 'consents of a client and a subject together are forgotten and counted, and no others',
    breaks: (sound) => ({ forget: (of) => sound.forget(of.clientId === undefined ? of : { clientId: of.clientId }) }),
  },
  {
    fault: 'takes nobody for everybody',
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
