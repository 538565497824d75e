// Encodes a short text as white space after JSON, which every JSON parser skips (RFC 8259 §2). Nodes of the previous release
// read the rows too, and would not understand an additional list element.

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const blanks = ' \t\n\r';

/** Three white space characters for each character of a base64url text. */
export const blanksOf = (text: string): string =>
  Array.from(text, (character) => {
    const place = alphabet.indexOf(character);
    if (place < 0) throw new RangeError('Only a base64url text can be written in blanks.');
    return `${blanks[place >> 4]}${blanks[(place >> 2) & 3]}${blanks[place & 3]}`;
  }).join('');

/** The JSON, and the text that the white space after it encodes; '' if there is none. */
export const splitAtBlanks = (row: string): { readonly json: string; readonly text: string } => {
  const json = row.trimEnd();
  let text = '';
  for (let at = json.length; at + 3 <= row.length; at += 3) {
    const [first = 0, second = 0, third = 0] = Array.from(row.slice(at, at + 3), (blank) => blanks.indexOf(blank));
    text += alphabet[first * 16 + second * 4 + third];
  }
  return { json, text };
};
