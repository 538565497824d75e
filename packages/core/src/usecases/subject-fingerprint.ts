// What logs show in place of a subject: the same text for the same person, from which nobody without the system secret
// can tell the person. It changes with the system secret that signs.
import type { Mac } from '../ports/system.ts';

/** Characters of base64url: 72 bits, so that no two people of one log share a fingerprint. */
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
