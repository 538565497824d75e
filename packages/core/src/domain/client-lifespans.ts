// Lifespans of tokens that an administrator sets for one client. The grant that a token comes from decides which of them
// applies, as in today's Hydra.
import { oauthError } from '../errors/oauth-error.ts';
import { goDurationText } from './go-duration.ts';
import type { Seconds } from './time.ts';

/** The member of the metadata for each grant and each token that it issues. */
const members = {
  authorization_code: {
    access: 'authorizationCodeGrantAccessTokenLifespan',
    id: 'authorizationCodeGrantIdTokenLifespan',
    refresh: 'authorizationCodeGrantRefreshTokenLifespan',
  },
  refresh_token: {
    access: 'refreshTokenGrantAccessTokenLifespan',
    id: 'refreshTokenGrantIdTokenLifespan',
    refresh: 'refreshTokenGrantRefreshTokenLifespan',
  },
  implicit: { access: 'implicitGrantAccessTokenLifespan', id: 'implicitGrantIdTokenLifespan' },
  client_credentials: { access: 'clientCredentialsGrantAccessTokenLifespan' },
} as const;

type Members = typeof members;

type Member = { [Grant in keyof Members]: Members[Grant][keyof Members[Grant]] }[keyof Members];

/** Lifespans in seconds; null: the server's setting. */
export type ClientLifespans = { readonly [Name in Member]: Seconds | null };

export const lifespanMembers = Object.values(members).flatMap((tokens) => Object.values(tokens)) as readonly Member[];

export const noLifespans = Object.fromEntries(lifespanMembers.map((member) => [member, null])) as {
  readonly [Name in Member]: null;
};

/** A grant type whose tokens have lifespans. Tokens in the authorization response count as those of `implicit`. */
export type LifespanGrant = keyof Members;

interface Defaults {
  readonly accessTokenLifespan: Seconds;
  readonly idTokenLifespan: Seconds;
  readonly refreshTokenLifespan: Seconds;
}

interface OfClient {
  readonly metadata: ClientLifespans;
}

export const accessTokenLifespan = (client: OfClient, grant: LifespanGrant, defaults: Defaults): Seconds =>
  client.metadata[members[grant].access] ?? defaults.accessTokenLifespan;

export const idTokenLifespan = (
  client: OfClient,
  grant: Exclude<LifespanGrant, 'client_credentials'>,
  defaults: Defaults,
): Seconds => client.metadata[members[grant].id] ?? defaults.idTokenLifespan;

export const refreshTokenLifespan = (
  client: OfClient,
  grant: 'authorization_code' | 'refresh_token',
  defaults: Defaults,
): Seconds => client.metadata[members[grant].refresh] ?? defaults.refreshTokenLifespan;

/** The name in requests. */
const nameOf = (member: string): string => member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const isOfRefreshToken = (member: Member): boolean => member.endsWith('RefreshTokenLifespan');

/**
 * Throws invalid_request. A signing key is published until everything that it may have signed has expired, so tokens that
 * are signed have a limit.
 */
export const checkLifespans = (lifespans: ClientLifespans, most: Seconds): void => {
  for (const member of lifespanMembers) {
    const value = lifespans[member];
    if (value === null) continue;
    if (!Number.isSafeInteger(value) || value < 1) {
      throw oauthError('invalid_request', `${nameOf(member)} must be at least 1s.`);
    }
    if (!isOfRefreshToken(member) && value > most) {
      throw oauthError(
        'invalid_request',
        `${nameOf(member)} must be at most ${goDurationText(most)}, the server's limit.`,
      );
    }
  }
};
