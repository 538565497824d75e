// GET /oauth2/auth/sessions/login/revoke (2018 API): the browser's own remembered login ends.
import type { LoginSessionStore } from '../ports/login-session-store.ts';
import type { Clock } from '../ports/system.ts';
import type { BrowserCookies } from './browser-cookies.ts';
import type { ErrorReplies } from './error-reply.ts';
import { redirectReply } from './reply.ts';
import type { Endpoint } from './wire.ts';

interface Deps {
  readonly clock: Clock;
  readonly cookies: BrowserCookies;
  readonly loginSessions: LoginSessionStore;
  readonly logoutRedirectUrl: string;
  readonly errors: ErrorReplies;
}

export const makeLogoutEndpoint =
  ({ clock, cookies, loginSessions, logoutRedirectUrl, errors }: Deps): Endpoint =>
  async (request) => {
    try {
      const ending = cookies.sessionsToEnd(request, clock.now());
      await Promise.all(ending.map(({ hash }) => loginSessions.remove(hash)));
      return redirectReply(logoutRedirectUrl, [...cookies.healSession(request), ...cookies.clearSession()]);
    } catch (thrown) {
      return errors.json(errors.toOAuthError(thrown, request.id));
    }
  };
