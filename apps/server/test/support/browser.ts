// A real browser: Debian's chromium, or the one that CLAVIGER_TEST_CHROMIUM names.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import type { Test } from 'tap';

const candidates = [
  process.env.CLAVIGER_TEST_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Fails with an installation command if there is no browser. */
export const launchBrowser = async (t: Test): Promise<Browser> => {
  const executablePath = candidates.find((path) => path !== undefined && existsSync(path));
  if (!executablePath) {
    throw new Error('This test needs Chromium: apt-get install chromium, or set CLAVIGER_TEST_CHROMIUM to its path.');
  }
  const args = [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  const browser = await chromium.launch({ executablePath, headless: true, chromiumSandbox: false, args });
  t.teardown(() => browser.close());
  return browser;
};
