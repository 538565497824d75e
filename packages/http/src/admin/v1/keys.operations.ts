// The operations on sets of JSON Web Keys, for the OpenAPI document.
import { asSchema, json, noContent, type Operation } from '../../openapi/operation.ts';
import { jwkBody, jwkSetBody } from '../wire/jwk.wire.ts';

const tag = 'Keys';
const params = { set: 'The name of the set. The server signs with the set `hydra.openid.id-token`.' };
const paramsWithKid = { ...params, kid: 'The id of the key.' };

const key = {
  kty: 'EC',
  kid: 'public:my-key',
  use: 'sig',
  crv: 'P-521',
  x: 'AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk',
  y: 'ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2',
};
const set = { keys: [key] };
const setSchema = asSchema(jwkSetBody);
const keySchema = asSchema(jwkBody);

const badKey = '`invalid_request`: the body is not a key, or a key that is not accepted; the hint says why.';
const taken = 'The set has a key with this `kid`.';

export const createKeys: Operation = {
  id: 'createJsonWebKeySet',
  tag,
  summary: 'Generate a key',
  description:
    'Adds a new key to the set, which is created if needed. An asymmetric key is two keys in the set, `private:<kid>` and `public:<kid>`.',
  params,
  bodyExample: { alg: 'ES512', kid: 'my-key', use: 'sig' },
  answers: {
    201: {
      description: 'The new keys, private parts included.',
      headers: { Location: 'The path of the set.' },
      content: json(setSchema, set),
    },
  },
  errors: { 400: badKey, 409: taken },
};

export const getKeySet: Operation = {
  id: 'getJsonWebKeySet',
  tag,
  summary: 'Read a set of keys',
  description: 'Newest first, with private parts.',
  params,
  answers: { 200: { description: 'The set.', content: json(setSchema, set) } },
  errors: { 404: 'There is no such set, or it is empty.' },
};

export const addKeys: Operation = {
  id: 'updateJsonWebKeySet',
  tag,
  summary: 'Add keys to a set',
  description: 'Nothing is removed, although the method is PUT (2018 API).',
  params,
  bodyExample: set,
  answers: { 200: { description: 'The keys that were added.', content: json(setSchema, set) } },
  errors: { 400: badKey, 409: taken },
};

export const deleteKeySet: Operation = {
  id: 'deleteJsonWebKeySet',
  tag,
  summary: 'Delete a set of keys',
  description: 'May be repeated.',
  params,
  answers: { 204: noContent('There is no such set any more.') },
};

export const getKey: Operation = {
  id: 'getJsonWebKey',
  tag,
  summary: 'Read a key',
  params: paramsWithKid,
  answers: { 200: { description: 'A set with this key only, private parts included.', content: json(setSchema, set) } },
  errors: { 404: 'There is no such key.' },
};

export const putKey: Operation = {
  id: 'updateJsonWebKey',
  tag,
  summary: 'Add or replace a key',
  description: 'The `kid` of the body counts. A key without one gets that of the path.',
  params: paramsWithKid,
  bodyExample: key,
  answers: { 200: { description: 'The key as it is stored.', content: json(keySchema, key) } },
  errors: { 400: badKey },
};

export const deleteKey: Operation = {
  id: 'deleteJsonWebKey',
  tag,
  summary: 'Delete a key',
  description: 'May be repeated.',
  params: paramsWithKid,
  answers: { 204: noContent('There is no such key any more.') },
};
