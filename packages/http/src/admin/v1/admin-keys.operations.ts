// The operations on keys of the admin API, for the OpenAPI document.
import { json, noContent, type Operation } from '../../openapi/operation.ts';
import { adminKeySchema, createdAdminKeySchema } from '../wire/admin-key.wire.ts';
import { pageQuery } from './clients.operations.ts';

const params = { id: 'The id of the key.' };
const noKey = 'There is no key with this id.';

const example = {
  id: 'q1lVtM2pQ9yW0aX7cR4z5A',
  name: 'Login pages',
  scopes: ['flows'],
  created_at: '2026-11-27T20:00:00Z',
  expires_at: null,
};

export const createAdminKey: Operation = {
  id: 'createAdminKey',
  tag: 'Admin keys',
  summary: 'Create a key of the admin API',
  description: 'The answer shows the text of the key, which cannot be read again later.',
  bodyExample: { name: 'Login pages', scopes: ['flows'] },
  answers: {
    201: {
      description: 'The key with its text.',
      headers: { Location: 'The path of the key.' },
      content: json(createdAdminKeySchema, {
        ...example,
        key: 'clv_ak_q1lVtM2pQ9yW0aX7cR4z5A.V0hJQ1lRZ2h3Y0tXb2ZyZ0xOb0d5UmV4YW1wbGVrZXk',
      }),
    },
  },
  errors: {
    400: '`invalid_request`: a member is not valid; the hint names it.',
  },
};

export const listAdminKeys: Operation = {
  id: 'listAdminKeys',
  tag: 'Admin keys',
  summary: 'List the keys of the admin API',
  description: 'The oldest first, expired ones included, without their texts.',
  query: pageQuery,
  answers: {
    200: {
      description: 'The keys. Empty when there are none.',
      content: json({ type: 'array', items: adminKeySchema }, [example]),
    },
  },
};

export const getAdminKey: Operation = {
  id: 'getAdminKey',
  tag: 'Admin keys',
  summary: 'Read a key of the admin API',
  params,
  answers: { 200: { description: 'The key, without its text.', content: json(adminKeySchema, example) } },
  errors: { 404: noKey },
};

export const deleteAdminKey: Operation = {
  id: 'deleteAdminKey',
  tag: 'Admin keys',
  summary: 'Delete a key of the admin API',
  description: 'Every process refuses it within a second.',
  params,
  answers: { 204: noContent('The key is deleted.') },
  errors: { 404: noKey },
};
