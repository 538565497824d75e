// The operations on remembered consents and logins, for the OpenAPI document.
import { json, noContent, type Operation } from '../../openapi/operation.ts';
import { rememberedConsentSchema } from '../wire/flow.schema.ts';
import { pageQuery } from './clients.operations.ts';
import { exampleRequest } from './examples.ts';

const tag = 'Sessions';
const subject = 'The user, as the login app named them.';

export const listConsents: Operation = {
  id: 'listUserConsentSessions',
  tag,
  summary: 'List the remembered consents of a user',
  description: 'Newest first. Only consents that were remembered and have not expired are listed.',
  params: { subject },
  query: pageQuery,
  answers: {
    200: {
      description: 'The consents. Empty when there are none.',
      content: json({ type: 'array', items: rememberedConsentSchema }, [
        {
          grant_scope: ['openid', 'photos.read'],
          session: { access_token: {}, id_token: { name: 'Anna Example' } },
          remember: true,
          remember_for: 0,
          consent_request: { ...exampleRequest, subject: 'person-1' },
        },
      ]),
    },
  },
};

export const revokeConsents: Operation = {
  id: 'revokeAllUserConsentSessions',
  tag,
  summary: 'Revoke all consents of a user',
  description: 'Ends the tokens, pending logins and remembered consents of the user, for every client.',
  params: { subject },
  answers: { 204: noContent('The consents are revoked.') },
  errors: { 404: 'There was nothing to revoke.' },
};

export const revokeConsentsOfClient: Operation = {
  id: 'revokeUserClientConsentSessions',
  tag,
  summary: 'Revoke the consents of a user for one client',
  description: 'Like the operation for all clients, but only for this client.',
  params: { subject, client: 'The client’s `client_id`.' },
  answers: { 204: noContent('The consents are revoked.') },
  errors: { 404: 'There was nothing to revoke.' },
};

export const revokeLogins: Operation = {
  id: 'revokeAuthenticationSession',
  tag,
  summary: 'End the remembered logins of a user',
  description: 'In every browser: the user has to log in again. Tokens and consents are not touched.',
  params: { subject },
  answers: { 204: noContent('The logins are ended.') },
  errors: { 404: 'The user had no remembered login.' },
};
