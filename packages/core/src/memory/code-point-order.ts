// Orders texts as the ports require: by code point, which is the byte order of UTF-8 that databases sort by.
// JavaScript's own `<` compares UTF-16 units and puts U+1F600 before U+FF5E.

/** Sorts surrogates last, because they encode the code points above U+FFFF. */
const rank = (unit: number): number => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);

export const byCodePoint = (a: string, b: string): number => {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i += 1) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
};
