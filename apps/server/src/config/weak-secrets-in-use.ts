// Which secrets among the settings are too easy to guess: a problem, or a warning where nobody else can reach the server.
import { isLoopbackUrl } from '@claviger/core';
import type { Values } from './variables.ts';
import { isWeakSecret, secretCommand } from './weak-secret.ts';

type SecretValues = Pick<Values, 'issuer' | 'systemSecrets' | 'initialAccessTokens' | 'firstAdminKeys'>;

const systemSecret = 'CLAVIGER_SYSTEM_SECRET';
const initialAccessToken = 'CLAVIGER_DYNAMIC_CLIENT_REGISTRATION_INITIAL_ACCESS_TOKEN';

/**
 * The settings whose secret is weak. Earlier system secrets are not checked: they only verify, and must stay configured
 * until they have been replaced.
 */
const weakSettings = ({ systemSecrets, initialAccessTokens, firstAdminKeys }: SecretValues): readonly string[] => [
  ...(systemSecrets?.slice(0, 1).some(isWeakSecret) ? [systemSecret] : []),
  ...(initialAccessTokens.some(isWeakSecret) ? [initialAccessToken] : []),
  ...(firstAdminKeys.some(isWeakSecret) ? ['CLAVIGER_ADMIN_KEY'] : []),
];

export const weakSecretProblems = (values: SecretValues): readonly string[] =>
  isLoopbackUrl(values.issuer)
    ? []
    : weakSettings(values).map((name) =>
        `${name} is easy to guess. Generate a random one with \`${secretCommand}\`. ${
          name === systemSecret
            ? 'Put it before the current secret, separated by a comma, so that existing tokens and keys stay valid.'
            : ''
        }`.trimEnd(),
      );

export const weakSecretWarnings = (values: SecretValues): readonly string[] => [
  ...(isLoopbackUrl(values.issuer)
    ? weakSettings(values).map(
        (name) =>
          `${name} is easy to guess. With an issuer on another host than loopback it is refused. Generate a random one with \`${secretCommand}\`.`,
      )
    : []),
  ...(values.systemSecrets?.slice(1).some(isWeakSecret)
    ? [`${systemSecret}: an earlier secret is easy to guess. Remove it as soon as nothing depends on it.`]
    : []),
];
