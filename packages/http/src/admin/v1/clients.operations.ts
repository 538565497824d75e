// The clients' operations, for the OpenAPI document.
import { json, noContent, type Operation, type QueryParameter } from '../../openapi/operation.ts';
import { clientSchema } from '../wire/client.wire.ts';
import { exampleClient, exampleClientBody } from './examples.ts';

export const pageQuery: readonly QueryParameter[] = [
  {
    name: 'limit',
    description: 'Maximum number of entries: 100 by default, at most 500. A value that is not an integer is ignored.',
    schema: { type: 'integer', minimum: 0, maximum: 500, default: 100 },
  },
  {
    name: 'offset',
    description: 'Number of entries to skip.',
    schema: { type: 'integer', minimum: 0, default: 0 },
  },
];

const params = { id: 'The client’s `client_id`.' };
const noClient = 'There is no client with this id.';

export const createClient: Operation = {
  id: 'createOAuth2Client',
  tag: 'Clients',
  summary: 'Create a client',
  description:
    'Every member may be left out, and unknown members are ignored. The answer shows the secret, which cannot be read again later.',
  bodyExample: exampleClientBody,
  answers: {
    201: {
      description: 'The client as it is stored, with its secret.',
      headers: { Location: 'The path of the client.' },
      content: json(clientSchema, { ...exampleClient, client_secret: '7hT.k2_mQz0~c8VqXbN4rYpW' }),
    },
  },
  errors: { 400: '`invalid_request`: a member is not valid; the hint names it.', 409: 'The `client_id` is taken.' },
};

export const listClients: Operation = {
  id: 'listOAuth2Clients',
  tag: 'Clients',
  summary: 'List clients',
  description: 'Ordered by id, without secrets.',
  query: pageQuery,
  answers: {
    200: {
      description: 'The clients. Empty when there are none.',
      content: json({ type: 'array', items: clientSchema }, [exampleClient]),
    },
  },
};

export const getClient: Operation = {
  id: 'getOAuth2Client',
  tag: 'Clients',
  summary: 'Read a client',
  params,
  answers: { 200: { description: 'The client, without its secret.', content: json(clientSchema, exampleClient) } },
  errors: { 404: noClient },
};

export const updateClient: Operation = {
  id: 'updateOAuth2Client',
  tag: 'Clients',
  summary: 'Replace a client',
  description:
    'A member that is left out gets its default, except for the secret: without `client_secret` the present one stays.',
  params,
  bodyExample: exampleClientBody,
  answers: {
    200: {
      description: 'The client as it is stored. `client_secret` is there only if the request had it.',
      content: json(clientSchema, exampleClient),
    },
  },
  errors: {
    400: '`invalid_request`: a member is not valid; the hint names it.',
    404: noClient,
    409: '`conflict`: others are changing the client. Try again.',
  },
};

export const changeClient: Operation = {
  id: 'patchOAuth2Client',
  tag: 'Clients',
  summary: 'Change a part of a client',
  description:
    'JSON Merge Patch (RFC 7396): a member that is left out stays as it is, and `null` sets a member to its default. Lists are replaced as a whole. Without `client_secret` the present secret stays. Concurrent changes of other members are kept. Not in the 2018 API.',
  params,
  bodyExample: { client_name: 'The new shop', policy_uri: null },
  answers: {
    200: {
      description: 'The client as it is stored. `client_secret` is there only if the request had it.',
      content: json(clientSchema, { ...exampleClient, client_name: 'The new shop' }),
    },
  },
  errors: {
    400: '`invalid_request`: a member is not valid; the hint names it.',
    404: noClient,
    409: '`conflict`: others are changing the client. Try again.',
  },
};

export const deleteClient: Operation = {
  id: 'deleteOAuth2Client',
  tag: 'Clients',
  summary: 'Delete a client',
  description: 'Ends its tokens, consents and pending logins too. May be repeated.',
  params,
  answers: { 204: noContent('There is no such client any more.') },
};
