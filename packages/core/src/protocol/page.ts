// The plain pages that the core shows by itself. Everything that is put into them is escaped.

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

const style =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:10vh auto;padding:0 1rem;color:#1b1b1f;background:#fff}' +
  'h1{font-size:1.4rem}dt{font-weight:600}dd{margin:0 0 .75rem;overflow-wrap:anywhere}' +
  '@media(prefers-color-scheme:dark){body{color:#e4e4e7;background:#18181b}}';

/** `paragraphs` and `details` are plain text. */
export const renderPage = (
  title: string,
  paragraphs: readonly string[],
  details: Readonly<Record<string, string>> = {},
): string => {
  const entries = Object.entries(details).filter(([, text]) => text !== '');
  const list = entries.map(([term, text]) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(text)}</dd>`).join('');
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${escapeHtml(title)}</title><style>${style}</style></head><body><main><h1>${escapeHtml(title)}</h1>` +
    `${paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`).join('')}${list && `<dl>${list}</dl>`}</main></body></html>`
  );
};
