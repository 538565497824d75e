// Ajv's first complaint about a body, as an error that names the member.
import { type OAuthError, oauthError } from '@claviger/core';

interface Complaint {
  readonly keyword?: string;
  readonly instancePath?: string;
  readonly message?: string | undefined;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** undefined when the error is something else. */
export const validationHint = (error: unknown): OAuthError | undefined => {
  const complaint = firstComplaint(error);
  if (!complaint) return undefined;
  const { keyword, instancePath = '', message = 'is not valid', params = {} } = complaint;
  const place = toMember(instancePath);
  if (keyword === 'additionalProperties') {
    const member = [place, String(params.additionalProperty)].filter(Boolean).join('.');
    return oauthError('invalid_request', `The member ${JSON.stringify(member)} is unknown.`);
  }
  if (keyword === 'required') {
    const member = [place, String(params.missingProperty)].filter(Boolean).join('.');
    return oauthError('invalid_request', `The member ${JSON.stringify(member)} is missing.`);
  }
  const allowed = Array.isArray(params.allowedValues) ? `: ${params.allowedValues.join(', ')}` : '';
  const subject = place === '' ? 'The body' : `The member ${JSON.stringify(place)}`;
  return oauthError('invalid_request', `${subject} ${message}${allowed}.`);
};

const firstComplaint = (error: unknown): Complaint | undefined => {
  if (!(error instanceof Error) || !('validation' in error) || !Array.isArray(error.validation)) return undefined;
  return error.validation[0];
};

/** `/redirect_uris/0` becomes `redirect_uris[0]` (RFC 6901 §4 for the escapes). */
const toMember = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : [path, part].filter(Boolean).join('.')), '');
