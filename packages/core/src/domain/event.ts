// What happened, for audit logs and metrics: one event for each act that matters to security. Events never hold secrets,
// tokens or challenges. Where Hydra emits an event for the same act, the name is Hydra's (its x/events/events.go).
import type { OAuthErrorCode } from '../errors/oauth-error.ts';
import type { AccessTokenStrategy } from './token.ts';

/** Where a request came from. A WireRequest is an Origin. */
export interface Origin {
  /** The request's id in the log. */
  readonly id?: string;
  /** IP address, '' when unknown. Read only when it matters. */
  readonly address: string;
  /** `keyId` of the caller that the guard of the admin API admitted. Absent on public endpoints and without a guard. */
  readonly adminKey?: string;
}

interface Act {
  /** Absent when the act was not requested over the network, such as a scheduled rotation. */
  readonly origin?: Origin | undefined;
}

interface ClientAct extends Act {
  readonly clientId: string;
}

interface FlowAct extends ClientAct {
  /** '' when nobody has logged in yet. */
  readonly subject: string;
}

interface KeyAct extends Act {
  readonly set: string;
  /** Empty when a whole set is deleted. */
  readonly kids: readonly string[];
}

interface SubjectAct extends Act {
  readonly subject: string;
  /** Absent for every client. */
  readonly clientId?: string | undefined;
  /** How many records ended. */
  readonly count: number;
}

interface GrantAct extends ClientAct {
  /** The client itself when no person is involved: then equal to clientId. */
  readonly subject: string;
  /** null for a client's own token. */
  readonly grantId: string | null;
}

/** Why client credentials were refused. The client only learns invalid_client. */
export type CredentialsRefusal =
  | 'unknown_client'
  | 'wrong_secret'
  | 'secret_missing'
  | 'wrong_method'
  | 'invalid_assertion';

/** Endpoints of core, as refusals name them. */
export type EndpointName =
  | 'authorize'
  | 'token'
  | 'revoke'
  | 'introspect'
  | 'userinfo'
  | 'registration'
  | 'jwks'
  | 'logout';

export type DomainEvent =
  | ({
      readonly type:
        | 'OAuth2ClientCreated'
        | 'OAuth2ClientUpdated'
        | 'OAuth2ClientDeleted'
        /** RFC 7591 §3. */
        | 'OAuth2ClientRegistered';
    } & ClientAct)
  | ({ readonly type: 'JsonWebKeyCreated' | 'JsonWebKeyImported' | 'JsonWebKeyDeleted' } & KeyAct)
  | ({
      readonly type: 'SigningKeysRotated';
      readonly published: readonly string[];
      readonly removed: readonly string[];
    } & Act)
  | ({ readonly type: 'SecretsResealed'; readonly keys: number; readonly clients: number } & Act)
  | ({
      readonly type: 'AdminKeyCreated' | 'AdminKeyDeleted';
      readonly keyId: string;
      readonly name: string;
      readonly scopes: readonly string[];
    } & Act)
  | ({
      readonly type: /** The first step of a flow. Only metrics use it. */
        | 'OAuth2FlowBegun'
        | 'OAuth2LoginAccepted'
        /** The remembered login was enough, and the login app accepted it. */
        | 'OAuth2LoginSkipped'
        | 'OAuth2ConsentAccepted'
        /** The remembered consent sufficed, and the consent app passed it on. */
        | 'OAuth2ConsentSkipped';
    } & FlowAct)
  | ({ readonly type: 'OAuth2LoginRejected' | 'OAuth2ConsentRejected'; readonly error: string } & FlowAct)
  | ({ readonly type: 'OAuth2ConsentRevoked' | 'OAuth2LoginSessionsRevoked' } & SubjectAct)
  /** The browser's own remembered logins ended. The subject is not looked up. */
  | ({ readonly type: 'OAuth2LoginSessionEnded'; readonly count: number } & Act)
  | ({ readonly type: 'OAuth2AuthorizationCodeIssued' } & GrantAct)
  | ({
      readonly type: 'OAuth2AccessTokenIssued';
      /** `implicit` for a token of the authorization endpoint. */
      readonly grantType: string;
      readonly format: AccessTokenStrategy;
      readonly withRefreshToken: boolean;
      readonly withIdToken: boolean;
    } & GrantAct)
  /** An ID token of the authorization endpoint, without an access token. */
  | ({ readonly type: 'OIDCIdentityTokenIssued' } & GrantAct)
  | ({
      readonly type: /** A repeat within the grace period: the client got the same tokens again. */
        | 'OAuth2RefreshTokenRepeated'
        /** The grant was revoked (RFC 9700 §4.14.2). */
        | 'OAuth2RefreshTokenReused'
        /** The grant was revoked (RFC 6749 §4.1.2). */
        | 'OAuth2AuthorizationCodeReused'
        /** The verifier did not match, so the code was used up (RFC 7636 §4.6). */
        | 'OAuth2CodeVerifierRefused';
    } & GrantAct)
  /** RFC 7009 §2.1. */
  | ({ readonly type: 'OAuth2AccessTokenRevoked' | 'OAuth2RefreshTokenRevoked' } & GrantAct)
  | ({
      readonly type: 'OAuth2ClientAuthenticationFailed';
      /** As presented: it may be unknown, or any text. */
      readonly clientId: string;
      readonly reason: CredentialsRefusal;
    } & Act)
  | ({
      readonly type: /** The token endpoint answered with an error. */
        | 'OAuth2TokenExchangeError'
        /** Another endpoint answered with an error. */
        | 'OAuth2RequestRefused';
      readonly endpoint: EndpointName;
      readonly error: OAuthErrorCode;
      readonly status: number;
      readonly hint: string;
      /** As presented; absent when unknown. */
      readonly clientId?: string | undefined;
      /** As presented; absent when unknown. */
      readonly grantType?: string | undefined;
    } & Act);

export type EventType = DomainEvent['type'];
