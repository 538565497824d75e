// The column `metadata` of a client, which also holds what a client has without a column of its own.
import { type Client, type ClientMetadata, completeClient } from '@claviger/core';

export type StoredMetadata = ClientMetadata & Pick<Client, 'registrationTokenHash'>;

type Row = Omit<Client, 'metadata' | 'registrationTokenHash'> & { readonly metadata: StoredMetadata };

export const toRow = ({ registrationTokenHash, metadata, ...client }: Client): Row => ({
  ...client,
  metadata: registrationTokenHash === undefined ? metadata : { ...metadata, registrationTokenHash },
});

export const fromRow = ({ metadata: { registrationTokenHash, ...metadata }, ...client }: Row): Client =>
  completeClient({
    ...client,
    metadata,
    ...(registrationTokenHash === undefined ? {} : { registrationTokenHash }),
  });
