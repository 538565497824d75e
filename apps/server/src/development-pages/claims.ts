// Invented claims of a person (OpenID Connect Core §5.1), so that a developer sees something at userinfo.
import type { GrantSession, JsonObject } from '@claviger/core';

export const sessionFor = (subject: string, grantedScope: readonly string[]): GrantSession => {
  const profile: JsonObject = { name: subject, preferred_username: subject };
  const email: JsonObject = {
    email: subject.includes('@') ? subject : `${subject.replace(/[^A-Za-z0-9._+-]+/g, '.')}@example.com`,
    email_verified: false,
  };
  return {
    accessToken: {},
    idToken: {
      ...(grantedScope.includes('profile') ? profile : {}),
      ...(grantedScope.includes('email') ? email : {}),
    },
  };
};
