// A client registers itself (RFC 7591 §3).
import { type Client, emptyClientMetadata, usesSecret, withSecret } from '../../domain/client.ts';
import { oauthError } from '../../errors/oauth-error.ts';
import type { ClientStore } from '../../ports/client-store.ts';
import type { EventSink } from '../../ports/event-sink.ts';
import type { Digest, System } from '../../ports/system.ts';
import { keepSecret, secretBytes } from '../clients/client-secret.ts';
import { generateIncarnation } from '../clients/incarnation.ts';
import { checkMetadata, type MetadataDeps } from './check-metadata.ts';
import { mintRegistrationToken } from './registration-token.ts';
import type { RegisterClient, RegisteredClient } from './registration-use-cases.ts';

/** Compares hashes, and always all of them, so that timing reveals neither the length nor which token matched. */
const isOneOf = (digest: Digest, token: string, known: readonly string[]): boolean => {
  const wanted = digest.sha256(token);
  return known.map((one) => digest.equal(digest.sha256(one), wanted)).includes(true);
};

export const makeRegisterClient =
  (
    deps: MetadataDeps & {
      readonly clients: ClientStore;
      readonly events: EventSink | null;
      readonly system: System;
    },
  ) =>
  async ({
    initialAccessToken,
    softwareStatement,
    metadata: sent,
    origin,
  }: RegisterClient): Promise<RegisteredClient> => {
    const { clients, system, settings } = deps;
    const isVouchedFor =
      initialAccessToken !== undefined && isOneOf(system.digest, initialAccessToken, settings.initialAccessTokens);
    if (settings.clientRegistration === 'guarded' && !isVouchedFor) {
      throw oauthError('invalid_token', initialAccessToken && 'The initial access token is not valid.');
    }
    // RFC 7591 §2.3: a statement takes precedence over the other metadata, so one that cannot be verified is not
    // ignored.
    if (softwareStatement !== undefined) {
      throw oauthError(
        'unapproved_software_statement',
        'software_statement: The server does not trust any issuer of software statements.',
      );
    }
    const metadata = await checkMetadata(deps, sent, emptyClientMetadata);
    const id = system.random.uuid();
    const now = system.clock.now();
    const secret = system.random.base64url(secretBytes);
    const { token, hash } = mintRegistrationToken(system, id);
    const client: Client = {
      id,
      ...withSecret(metadata, await keepSecret(system, { id, metadata, secret, generated: true })),
      incarnation: generateIncarnation(system.random),
      createdAt: now,
      updatedAt: now,
      version: 1,
      registrationTokenHash: hash,
      ...(isVouchedFor ? {} : { registeredOpenly: true }),
    };
    if ((await clients.create(client)) === 'exists')
      throw new Error('The id that was generated for a client is taken.');
    deps.events?.record({ type: 'OAuth2ClientRegistered', clientId: id, origin });
    return { client, secret: usesSecret(client) ? secret : null, registrationToken: token };
  };
