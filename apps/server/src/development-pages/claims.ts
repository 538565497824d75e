// Invented claims of a person (OpenID Connect Core §5.1), so that userinfo returns something to a developer.
import {
  type ClaimsRequest,
  type GrantSession,
  type JsonObject,
  type JsonValue,
  requestedClaims,
} from '@claviger/core';

const emailOf = (subject: string): string =>
  subject.includes('@') ? subject : `${subject.replace(/[^A-Za-z0-9._+-]+/g, '.')}@example.com`;

/** OpenID Connect Core §5.4: the claims behind each scope. */
const claimsByScope = (subject: string): Readonly<Record<string, JsonObject>> => ({
  profile: {
    name: subject,
    given_name: subject,
    family_name: 'Example',
    middle_name: 'Q.',
    nickname: subject,
    preferred_username: subject,
    profile: 'https://example.com/profile',
    picture: 'https://example.com/picture.png',
    website: 'https://example.com/',
    gender: 'unknown',
    birthdate: '2000-01-01',
    zoneinfo: 'Etc/UTC',
    locale: 'en',
    updated_at: 946_684_800,
  },
  // Many applications refuse an unverified address.
  email: { email: emailOf(subject), email_verified: true },
  address: {
    address: { street_address: '1 Example Street', locality: 'Exampletown', postal_code: '00000', country: 'Nowhere' },
  },
  phone: { phone_number: '+1 555 0100', phone_number_verified: false },
});

/** The claims of the granted scope, and those requested individually (OpenID Connect Core §5.5). */
export const sessionFor = (
  subject: string,
  grantedScope: readonly string[],
  request: ClaimsRequest | undefined,
): GrantSession => {
  const asked = requestedClaims(request);
  const given: Record<string, JsonValue> = {};
  for (const [scope, claims] of Object.entries(claimsByScope(subject))) {
    for (const [name, value] of Object.entries(claims)) {
      if (value !== undefined && (grantedScope.includes(scope) || asked.includes(name))) given[name] = value;
    }
  }
  return { accessToken: {}, idToken: given };
};
