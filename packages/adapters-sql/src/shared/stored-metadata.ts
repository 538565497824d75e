// The column `metadata` of a client, which also holds the members of a client that have no column.
import {
  type Client,
  completeClient,
  type StoredClient,
  type StoredMetadata as StoredMembers,
  toStoredClient,
} from '@claviger/core';

/** Members that a client may lack. */
type Marks = Pick<Client, 'registrationTokenHash' | 'authMethodUnstated' | 'registeredOpenly' | 'declared'>;

export type StoredMetadata = StoredMembers & Marks;

type Row = Omit<StoredClient, 'metadata' | 'incarnation' | keyof Marks> & {
  readonly metadata: StoredMetadata;
  /** null: a node of the previous release created the client. */
  readonly incarnation: string | null;
};

/** Leaves out absent members. */
const marksOf = ({ registrationTokenHash, authMethodUnstated, registeredOpenly, declared }: Marks): Marks => ({
  ...(registrationTokenHash === undefined ? {} : { registrationTokenHash }),
  ...(authMethodUnstated === undefined ? {} : { authMethodUnstated }),
  ...(registeredOpenly === undefined ? {} : { registeredOpenly }),
  ...(declared === undefined ? {} : { declared }),
});

export const toRow = (all: Client): Row => {
  const { registrationTokenHash, authMethodUnstated, registeredOpenly, declared, metadata, ...client } =
    toStoredClient(all);
  return { ...client, metadata: { ...metadata, ...marksOf(all) } };
};

export const fromRow = ({ metadata: all, ...client }: Row): Client => {
  const { registrationTokenHash, authMethodUnstated, registeredOpenly, declared, ...metadata } = all;
  return completeClient({ ...client, metadata, ...marksOf(all) });
};
