// What logs show in place of a subject: the same text for the same person. Nobody can identify the person from it
// without the system secret. A new system secret changes it.
import type { Mac } from '../ports/system.ts';

/** Characters of base64url: 72 bits, so that two people in one log do not share a fingerprint. */
const length = 12;

/** The fingerprints of recent subjects are kept, because a MAC costs more than the rest of a log line. */
const mostKept = 4096;

export type FingerprintSubject = (subject: string) => string;

export const makeFingerprintSubject = (mac: Mac): FingerprintSubject => {
  const kept = new Map<string, string>();
  return (subject) => {
    const known = kept.get(subject);
    if (known !== undefined) return known;
    const fingerprint = mac.sign('subject-fingerprint', subject).slice(0, length);
    if (kept.size >= mostKept) kept.clear();
    kept.set(subject, fingerprint);
    return fingerprint;
  };
};
