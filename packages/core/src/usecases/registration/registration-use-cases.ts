// The commands and results of clients that register themselves.
import type { Client } from '../../domain/client.ts';
import type { Origin } from '../../domain/event.ts';
import type { SelfRegisteredMetadata } from '../../domain/self-registration.ts';

/**
 * What clients may do about their own registration (RFC 7591, RFC 7592). OAuthError: invalid_token,
 * invalid_redirect_uri, invalid_client_metadata, with a hint that names the member.
 */
export interface RegistrationUseCases {
  register(command: RegisterClient): Promise<RegisteredClient>;
  read(access: RegistrationAccess): Promise<RegisteredClient>;
  /** Unsets the members that `metadata` lacks. Members that only an administrator can set stay. */
  replace(command: ReplaceRegistration): Promise<RegisteredClient>;
  /** Ends the client's grants, consents and flows too. */
  remove(access: RegistrationAccess): Promise<void>;
}

export interface RegisterClient {
  /** A signed statement about the client's software (RFC 7591 §2.3). None is trusted. */
  readonly softwareStatement?: string | undefined;
  readonly initialAccessToken?: string | undefined;
  readonly metadata: SelfRegisteredMetadata;
  /** For the event. */
  readonly origin?: Origin;
}

export interface RegistrationAccess {
  readonly clientId: string;
  readonly registrationToken?: string | undefined;
  /** For the event. */
  readonly origin?: Origin;
}

export interface ReplaceRegistration extends RegistrationAccess {
  /** The one the client has. */
  readonly secret?: string | undefined;
  readonly metadata: SelfRegisteredMetadata;
}

export interface RegisteredClient {
  readonly client: Client;
  /** In clear, when it is new; null otherwise. */
  readonly secret: string | null;
  readonly registrationToken: string;
}
