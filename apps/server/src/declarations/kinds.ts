// The kinds of records that files can declare. The name of a kind is the member of a file that lists its entries.
import type { Declarations, DeclaredKind } from '@claviger/core';
import { clientKind } from './client-kind.ts';
import type { Kind } from './kind.ts';

export const kinds: { readonly [Name in DeclaredKind]: Kind<Declarations[Name][number]> } = {
  clients: clientKind,
};

export const kindNames = Object.keys(kinds) as readonly DeclaredKind[];
