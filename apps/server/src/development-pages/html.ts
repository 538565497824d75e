// HTML that escapes by default: whatever is put into the template `html` is text, unless `html` made it.

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Only `html` and `trusted` make it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Html | false | readonly Html[];

const render = (part: Part): string => {
  if (part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map((entry) => entry.text).join('');
  return String(part).replace(/[&<>"']/g, (character) => entities[character] ?? '');
};

/** Attributes must be quoted in the template: escaping covers quoted values and text. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(strings.map((text, index) => text + render(index < parts.length ? (parts[index] ?? '') : '')).join(''));

/** For our own constants, such as style sheets, in which entities mean nothing. */
export const trusted = (constant: string): Html => new Html(constant);
