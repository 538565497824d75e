// The input of a module: a server, and one variant of a plan.
import type { Documents } from './documents.ts';
import type { ExampleServer } from './example-server.ts';

export interface Variant {
  readonly responseType: string;
  /** `default`: the default mode of the response type. */
  readonly responseMode: 'default' | 'form_post';
  readonly clientAuth: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';
}

export interface Given extends Variant {
  readonly server: ExampleServer;
  readonly documents: Documents;
}

const words = ({ responseType }: Variant): readonly string[] => responseType.split(' ');

/** The members of the authorization response. */
export const hasCode = (variant: Variant): boolean => words(variant).includes('code');
export const hasIdToken = (variant: Variant): boolean => words(variant).includes('id_token');
export const hasToken = (variant: Variant): boolean => words(variant).includes('token');

export const nameOf = ({ responseType, responseMode, clientAuth }: Variant): string =>
  [responseType, ...(responseMode === 'default' ? [] : [responseMode]), clientAuth].join(', ');
