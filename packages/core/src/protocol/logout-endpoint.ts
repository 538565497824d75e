// GET /oauth2/auth/sessions/login/revoke (2018 API). Ends the browser's own remembered login.
import type { EventSink } from '../ports/event-sink.ts';
import type { LoginSessionStore } from '../ports/login-session-store.ts';
import type { Clock } from '../ports/system.ts';
import type { BrowserCookies } from './browser-cookies.ts';
import type { ErrorReplies } from './error-reply.ts';
import { redirectReply } from './reply.ts';
import type { Endpoint } from './wire.ts';

interface Deps {
  readonly clock: Clock;
  readonly cookies: BrowserCookies;
  readonly events: EventSink | null;
  readonly loginSessions: LoginSessionStore;
  readonly logoutRedirectUrl: string;
  readonly errors: ErrorReplies;
}

export const makeLogoutEndpoint =
  ({ clock, cookies, events, loginSessions, logoutRedirectUrl, errors }: Deps): Endpoint =>
  async (request) => {
    try {
      const ending = cookies.sessionsToEnd(request, clock.now());
      const ended = await Promise.all(ending.map(({ hash }) => loginSessions.remove(hash)));
      const count = ended.filter(Boolean).length;
      if (count > 0) events?.record({ type: 'OAuth2LoginSessionEnded', count, origin: request });
      return redirectReply(logoutRedirectUrl, [...cookies.healSession(request), ...cookies.clearSession()]);
    } catch (thrown) {
      return errors.json(errors.toOAuthError(thrown, request, { endpoint: 'logout' }));
    }
  };
