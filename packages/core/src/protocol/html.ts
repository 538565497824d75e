// HTML that escapes by default: every value in an `html` template is text, unless `html` or `trusted` made it.

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

/** Only `html` and `trusted` create values of this type. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Interpolation = string | number | Html | false | readonly Html[];

const render = (part: Interpolation): string => {
  if (part === false) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map((entry) => entry.text).join('');
  return escapeHtml(String(part));
};

/** Attributes must be quoted in the template: escaping covers quoted values and text. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Interpolation[]): Html =>
  new Html(strings.map((text, index) => text + render(index < parts.length ? (parts[index] ?? '') : '')).join(''));

/** For our own constants, such as style sheets, where entities have no meaning. */
export const trusted = (constant: string): Html => new Html(constant);
