// A name in client certificates with its scopes, as a text: `CN:deploy=read+write`.
import { type AdminScope, adminScopes } from '@claviger/core';
import type { Parse } from './parse.ts';

export interface MtlsCaller {
  /** With its type, as `CertificateScopes` of @claviger/http has it. */
  readonly name: string;
  readonly scopes: readonly AdminScope[];
}

const isScope = (text: string): text is AdminScope => adminScopes.some((scope) => scope === text);

/** URIs may contain `=`, so the last one separates. */
export const mtlsCaller: Parse<MtlsCaller> = (text) => {
  const [, type = '', value = '', list = ''] = /^(CN|DNS|URI):(.+)=([a-z+-]+)$/.exec(text) ?? [];
  const names = list.split('+');
  const scopes = names.filter(isScope);
  return type !== '' && scopes.length === names.length
    ? { ok: true, value: { name: `${type}:${type === 'DNS' ? value.toLowerCase() : value}`, scopes } }
    : {
        ok: false,
        right: `a name with its scopes, such as CN:login-pages=flows or DNS:deploy.internal=read+write. A name begins with CN:, DNS: or URI:, and the scopes are ${adminScopes.join(', ')}`,
      };
};
