// The frame of every page, and the headers that it is sent with.
import { type Html, html, trusted } from './html.ts';
import { pageStyle, pageStyleHash } from './page-style.ts';

export interface HtmlPage {
  readonly title: string;
  readonly content: Html;
  /** More room than a form needs. */
  readonly wide?: boolean;
  /** The origin of the page's picture. Default '': none. */
  readonly pictures?: string;
  /** Default false: nothing can be posted from the page. */
  readonly forms?: boolean;
  /** The hash of the page's only script, such as `sha256-…`. Default '': none. */
  readonly script?: string;
}

export const renderPage = ({ title, content, wide = false }: HtmlPage): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${trusted(pageStyle)}</style>
</head>
<body>
<main${wide && html` class="wide"`}>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`.text;

/** Only the page's own script, no framing by other sites, and no Referer, because the URL may contain a challenge. */
export const pageHeaders = ({
  pictures = '',
  script = '',
  forms = false,
}: HtmlPage): Readonly<Record<string, string>> => ({
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': [
    ...(pictures === '' ? [] : [`img-src ${pictures}`]),
    ...(script === '' ? [] : [`script-src '${script}'`]),
    "default-src 'none'",
    `style-src '${pageStyleHash}'`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    // Browsers apply form-action to every redirect after a post, and the redirects after a login form end at the
    // client, whose address may redirect further. Nothing can inject a form, because every value is escaped.
    ...(forms ? [] : ["form-action 'none'"]),
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
});

/** Paragraphs, then terms with their descriptions. Empty ones are left out. */
export const plainContent = (paragraphs: readonly string[], details: Readonly<Record<string, string>> = {}): Html => {
  const entries = Object.entries(details).filter(([, text]) => text !== '');
  const list = entries.map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>`);
  return html`${paragraphs.map((text) => html`<p>${text}</p>`)}${list.length > 0 && html`<dl>${list}</dl>`}`;
};
