// Finds secrets that are long enough but easy to guess. It estimates an upper bound, so a secret that passes may still be weak.

/** A shell command, which the message about a weak secret shows. */
export const secretCommand = 'openssl rand -hex 32';

/** Random hexadecimal text of 16 characters has fewer about once in 30,000 times. */
const leastDistinct = 6;
/** A text that repeats a shorter one is only as hard to guess as the shorter one. */
const shortestUnit = 12;
const leastBesideWords = 6;

/** Words in placeholder secrets, which people mean to replace later. Longer words first. */
const commonWords =
  /passphrase|password|passwort|passwd|changeit|changeme|change|replace|letmein|welcome|administrator|admin|default|example|system|secret|claviger|hydra|oauth2?|openid|server|really|please|insecure|unsafe|development|production|testing|test|demo|token|need|your|this|that|qwerty|asdf|zxcv|key|the|not|you|my|me|is|to|it|so/g;

const isRepetition = (text: string): boolean => {
  for (let unit = 1; unit < shortestUnit && unit <= text.length / 2; unit++) {
    if (
      text ===
      text
        .slice(0, unit)
        .repeat(Math.ceil(text.length / unit))
        .slice(0, text.length)
    )
      return true;
  }
  return false;
};

/** `0123456789abcdef`, `zyxwvuts…`: most characters follow or repeat the one before. */
const isSequence = (text: string): boolean => {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).filter((code, index) => Math.abs(code - (codes[index] ?? 0)) <= 1);
  return steps.length >= codes.length / 2;
};

const besideWords = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(commonWords, '')
    .replace(/\d+$|[ _]/g, '');

export const isWeakSecret = (secret: string): boolean =>
  new Set(secret).size < leastDistinct ||
  isRepetition(secret) ||
  isSequence(secret) ||
  besideWords(secret).length < leastBesideWords;
