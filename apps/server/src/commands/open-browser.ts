// Opens an address in the browser of the person who runs the command.
import { spawn } from 'node:child_process';

/** `BROWSER` names a program, as for many Unix tools. */
const launcherOf = (browser: string | undefined): readonly [string, ...string[]] => {
  if (browser) return [browser];
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return ['xdg-open'];
};

/** Calls `onFailure` if there is no such program. The address must be an http URL, so that it cannot be taken for an option. */
export const openBrowser = (url: string, browser: string | undefined, onFailure: () => void): void => {
  const [program, ...words] = launcherOf(browser);
  const child = spawn(program, [...words, url], { stdio: 'ignore', detached: true });
  child.once('error', onFailure);
  child.once('exit', (code) => {
    if (code !== 0) onFailure();
  });
  child.unref();
};
