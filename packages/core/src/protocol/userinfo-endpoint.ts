// GET and POST /userinfo (OpenID Connect Core §5.3).
import type { OAuthError } from '../errors/oauth-error.ts';
import type { Userinfo } from '../usecases/userinfo/read-userinfo.ts';
import { bearerChallenge, readBearerToken } from './bearer-token.ts';
import type { ErrorReplies } from './error-reply.ts';
import { freshJsonReply, noStore } from './reply.ts';
import type { Endpoint, WireReply } from './wire.ts';

interface Deps {
  readonly readUserinfo: (token: string) => Promise<Userinfo>;
  readonly errors: ErrorReplies;
}

const present = (userinfo: Userinfo): WireReply =>
  userinfo.kind === 'json'
    ? freshJsonReply(200, userinfo.claims)
    : { status: 200, headers: { 'content-type': 'application/jwt', ...noStore }, body: userinfo.jwt };

/** RFC 6750 §3.1: for a token without the scope, the scope that is missing. */
const challenge = (error: OAuthError, token: string): string =>
  error.code === 'insufficient_scope'
    ? 'Bearer realm="claviger", error="insufficient_scope", scope="openid"'
    : bearerChallenge(token);

export const makeUserinfoEndpoint =
  ({ readUserinfo, errors }: Deps): Endpoint =>
  async (request) => {
    let token = '';
    try {
      token = readBearerToken(request);
      const userinfo = await readUserinfo(token);
      if (request.notes) {
        request.notes.clientId = userinfo.clientId;
        request.notes.subject = userinfo.subject;
      }
      return present(userinfo);
    } catch (thrown) {
      const error = errors.toOAuthError(thrown, request, { endpoint: 'userinfo' });
      const reply = errors.json(error);
      return error.status === 401 || error.status === 403
        ? { ...reply, headers: { ...reply.headers, 'www-authenticate': challenge(error, token) } }
        : reply;
    }
  };
