// A person with a browser, who does what the suite's browser tasks do: fills in fields by name and presses the button by its
// class. Scripts do not run.
import { formFields, type Page, PlainBrowser } from '../../support/plain-browser.ts';
import { laxFetch } from './lax-fetch.ts';

/** Starts with an empty cookie jar, as every module does. */
export const freshBrowser = (): PlainBrowser =>
  new PlainBrowser((url, { method, headers, body }) =>
    laxFetch(url, { method, headers, ...(body === undefined ? {} : { body }) }),
  );

export interface Visit {
  /** Login and consent pages that were shown, in order. */
  readonly logins: readonly Page[];
  readonly consents: readonly Page[];
  /** How the answer reached the redirect URI; `none`: the browser ended at a page. */
  readonly by: 'query' | 'fragment' | 'form_post' | 'none';
  readonly parameters: URLSearchParams;
  /** Where the browser ended. */
  readonly page: Page;
}

const subject = 'conformance-user';

/** The form with exactly one button of the class, which is how the suite's browser finds it. */
const mustHaveButton = (page: Page): void => {
  const buttons = page.text.match(/<button class="main" type="submit" name="answer" value="accept">/g) ?? [];
  if (buttons.length !== 1) throw new Error(`The page has ${buttons.length} buttons to go on with:\n${page.text}`);
};

const answerAt = (page: Page, redirectUri: string): Pick<Visit, 'by' | 'parameters'> | undefined => {
  const location = page.headers.get('location');
  if (location !== null) {
    const url = new URL(location);
    const fragment = new URLSearchParams(url.hash.slice(1));
    return url.hash === '' ? { by: 'query', parameters: url.searchParams } : { by: 'fragment', parameters: fragment };
  }
  const escaped = redirectUri.replaceAll('&', '&amp;');
  return page.text.includes(`<form method="post" action="${escaped}">`)
    ? { by: 'form_post', parameters: formFields(page) }
    : undefined;
};

/** `form`: the request is posted. */
export const visit = async (
  browser: PlainBrowser,
  url: string,
  redirectUri: string,
  form?: URLSearchParams,
): Promise<Visit> => {
  const [logins, consents]: [Page[], Page[]] = [[], []];
  let page = await browser.open(url, form ? { body: form } : {});
  for (let steps = 0; steps < 6; steps++) {
    const answer = answerAt(page, redirectUri);
    if (answer) return { logins, consents, page, ...answer };
    if (page.text.includes('name="login_challenge"')) {
      logins.push(page);
      mustHaveButton(page);
      page = await browser.submit(page, { user_name: subject, remember: 'true', answer: 'accept' });
    } else if (page.text.includes('name="consent_challenge"')) {
      consents.push(page);
      mustHaveButton(page);
      page = await browser.submit(page, { remember: 'true', answer: 'accept' });
    } else return { logins, consents, page, by: 'none', parameters: new URLSearchParams() };
  }
  throw new Error(`The flow does not end: ${page.url}`);
};
