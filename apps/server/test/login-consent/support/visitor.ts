// A person at the pages of an example, in a real browser.
import type { Browser, Page } from 'playwright-core';
import type { Test } from 'tap';

/** The password of both people in the examples. */
const password = 'correct horse battery staple';

/** A page of a person who has never been here. */
export const newVisitor = async (t: Test, browser: Browser): Promise<Page> => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  t.teardown(() => context.close());
  return context.newPage();
};

export interface LogIn {
  readonly userName?: string;
  readonly password?: string;
  readonly remember?: boolean;
}

export const logIn = async (page: Page, options: LogIn = {}): Promise<void> => {
  await page.getByLabel('User name').fill(options.userName ?? 'anna');
  await page.getByLabel('Password').fill(options.password ?? password);
  if (options.remember) await page.getByLabel('Keep me logged in').check();
  await page.getByRole('button', { name: 'Log in' }).click();
};

export const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name }).click();

export const heading = (page: Page): Promise<string | null> => page.getByRole('heading', { level: 1 }).textContent();
