// Checks the metadata of a client that is created or updated, and the documents and keys that it refers to.
import type { ClientMetadata } from '../../domain/client.ts';
import { type Registration, registeredMetadata } from '../../domain/client-metadata.ts';
import type { SigningKeys } from '../../ports/signing-keys.ts';
import type { System } from '../../ports/system.ts';
import type { Settings } from '../../settings.ts';
import { checkSectorIdentifier } from './check-sector-identifier.ts';

export interface RegistrationDeps {
  readonly system: Pick<System, 'remoteDocuments'>;
  readonly settings: Pick<
    Settings,
    'defaultClientScope' | 'laxClientMetadata' | 'maxClientTokenLifespan' | 'minClientSecretLength' | 'subjectTypes'
  >;
  readonly signingKeys: Pick<SigningKeys, 'algorithms' | 'prepare'>;
}

/** The metadata as it will be stored. Throws invalid_request. */
export const acceptRegistration = async (
  { system, settings, signingKeys }: RegistrationDeps,
  registration: Registration,
): Promise<ClientMetadata> => {
  const metadata = registeredMetadata(registration, { ...settings, signingAlgorithms: signingKeys.algorithms });
  await checkSectorIdentifier(system.remoteDocuments, metadata);
  for (const alg of [metadata.idTokenSignedResponseAlg, metadata.userinfoSignedResponseAlg]) {
    // The client may fetch the server's keys long before it verifies the first signature.
    if (alg !== null && alg !== 'none') await signingKeys.prepare(alg);
  }
  return metadata;
};
