// Every type of event: what it means, and where the audit log keeps it. docs/audit.md is generated from this table.
import type { EventType } from './event.ts';

export interface EventKind {
  /**
   * `act`: always in the log and in the table. `refusal`: likewise, but anonymous callers can cause any number, so they
   * must not displace acts. `token`: in the log, and in the table only if the operator says so. `metric`: only counted.
   */
  readonly lane: 'act' | 'refusal' | 'token' | 'metric';
  readonly outcome: 'done' | 'refused';
  /** Markdown. */
  readonly meaning: string;
}

const act = (meaning: string): EventKind => ({ lane: 'act', outcome: 'done', meaning });
const misuse = (meaning: string): EventKind => ({ lane: 'act', outcome: 'refused', meaning });
const token = (meaning: string): EventKind => ({ lane: 'token', outcome: 'done', meaning });

export const eventKinds: Readonly<Record<EventType, EventKind>> = {
  OAuth2ClientCreated: act('An administrator created a client.'),
  OAuth2ClientUpdated: act('An administrator, or the client itself (RFC 7592), replaced its registration.'),
  OAuth2ClientDeleted: act('An administrator, or the client itself (RFC 7592), deleted the client.'),
  OAuth2ClientRegistered: act('A client registered itself (RFC 7591).'),
  JsonWebKeyCreated: act('The server created keys in a set, for an administrator or because it needed them.'),
  JsonWebKeyImported: act('An administrator added or replaced keys.'),
  JsonWebKeyDeleted: act('An administrator deleted a key, or a whole set.'),
  SigningKeysRotated: act('Scheduled rotation published or removed signing keys.'),
  SecretsResealed: act('Stored keys and client secrets were encrypted again with the newest system secret.'),
  AdminKeyCreated: act('An admin key was created.'),
  AdminKeyDeleted: act('An admin key was deleted.'),
  OAuth2FlowBegun: { lane: 'metric', outcome: 'done', meaning: 'An authorization request was sent to the login page.' },
  OAuth2LoginAccepted: act('The login app accepted a login.'),
  OAuth2LoginSkipped: act('The login app accepted a remembered login, without a new one.'),
  OAuth2LoginRejected: misuse('The login app rejected a login. `reason` is its error.'),
  OAuth2ConsentAccepted: act('The consent app accepted a consent.'),
  OAuth2ConsentSkipped: act('The consent app accepted a remembered consent, without a new one.'),
  OAuth2ConsentRejected: misuse('The consent app rejected a consent. `reason` is its error.'),
  OAuth2ConsentRevoked: act("An administrator revoked a subject's consents and grants, for one client or for all."),
  OAuth2LoginSessionsRevoked: act("An administrator ended a subject's remembered logins."),
  OAuth2LoginSessionEnded: act('A browser ended its own remembered login.'),
  OAuth2AuthorizationCodeIssued: token('The authorization endpoint issued a code.'),
  OAuth2AccessTokenIssued: token('An access token was issued or refreshed, with the tokens that came with it.'),
  OIDCIdentityTokenIssued: token('The authorization endpoint issued an ID token without an access token.'),
  OAuth2RefreshTokenRepeated: token('A refresh token was used again within the grace period.'),
  OAuth2RefreshTokenReused: misuse('A refresh token was used again after the grace period. The grant was revoked.'),
  OAuth2AuthorizationCodeReused: misuse('A code was used twice. The grant was revoked.'),
  OAuth2CodeVerifierRefused: misuse('A code was presented with the wrong PKCE verifier, and used up.'),
  OAuth2AccessTokenRevoked: act('A client revoked an access token and its grant.'),
  OAuth2RefreshTokenRevoked: act('A client revoked a refresh token and its grant.'),
  OAuth2ClientAuthenticationFailed: {
    lane: 'refusal',
    outcome: 'refused',
    meaning: 'Client credentials were refused. `reason` says why; the client only learns `invalid_client`.',
  },
  OAuth2TokenExchangeError: {
    lane: 'token',
    outcome: 'refused',
    meaning: 'The token endpoint answered with an error. `reason` is its code.',
  },
  OAuth2RequestRefused: {
    lane: 'token',
    outcome: 'refused',
    meaning: 'Another endpoint answered with an error. `reason` is its code.',
  },
};
