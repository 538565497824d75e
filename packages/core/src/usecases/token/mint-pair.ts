// Mints the access and refresh token of a grant, and builds the response (RFC 6749 §5.1).
import type { Client } from '../../domain/client.ts';
import { accessTokenLifespan, refreshTokenLifespan } from '../../domain/client-lifespans.ts';
import type { Grant } from '../../domain/grant.ts';
import { grantsOfflineAccess } from '../../domain/scope.ts';
import { after, type EpochSeconds, type Seconds } from '../../domain/time.ts';
import type { GrantToken } from '../../domain/token.ts';
import type { System } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';
import type { MintAccessToken } from './mint-access-token.ts';
import { mintToken } from './token-format.ts';

/** RFC 6749 §5.1 and OpenID Connect Core §3.1.3.3. */
export interface TokenResponse {
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly scope: readonly string[];
  readonly refreshToken?: string;
  readonly idToken?: string;
  /** The person who granted access, for logs. Absent when a client acts on its own behalf. Not sent. */
  readonly subject?: string;
}

/** Tokens minted but not yet saved. They may be sent only after the store's command has succeeded. */
export interface MintedPair {
  readonly accessToken: string;
  /** The lifespan of the access token. */
  readonly expiresIn: Seconds;
  readonly refreshToken: string | null;
  readonly records: readonly GrantToken[];
}

interface Deps {
  readonly system: System;
  readonly settings: Settings;
  readonly mintAccessToken: MintAccessToken;
}

export interface PairOf {
  readonly client: Client;
  readonly grant: Grant;
  /** Which of the client's lifespans apply. */
  readonly grantType: 'authorization_code' | 'refresh_token';
}

/** Includes a refresh token only if offline access was granted (OpenID Connect Core §11). */
export const mintPair = async (
  { system, settings, mintAccessToken }: Deps,
  { client, grant, grantType }: PairOf,
  { scope, audience }: Pick<GrantToken, 'scope' | 'audience'>,
  now: EpochSeconds,
): Promise<MintedPair> => {
  const expiresIn = accessTokenLifespan(client, grantType, settings);
  const expiresAt = after(now, expiresIn);
  const access = await mintAccessToken({
    client,
    grant,
    scope: scope ?? grant.scope,
    audience: audience ?? grant.audience,
    issuedAt: now,
    expiresAt,
  });
  const records: GrantToken[] = [{ key: access.key, kind: 'access', scope, audience, issuedAt: now, expiresAt }];
  if (!grantsOfflineAccess(grant.scope)) return { accessToken: access.secret, expiresIn, refreshToken: null, records };
  const refresh = mintToken(system, 'refresh-token', grant.id);
  // RFC 6749 §6, RFC 8707 §2.2: the refresh token keeps everything that was granted, even if this request asked for
  // less.
  records.push({
    key: refresh.key,
    kind: 'refresh',
    scope: null,
    audience: null,
    issuedAt: now,
    expiresAt: after(now, refreshTokenLifespan(client, grantType, settings)),
  });
  return { accessToken: access.secret, expiresIn, refreshToken: refresh.secret, records };
};
