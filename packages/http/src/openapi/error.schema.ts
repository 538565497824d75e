// The JSON of every error, on both listeners (2018 API).
import { integer, object, type Schema, text } from './operation.ts';

export const errorSchema: Schema = object(
  'Error',
  'Why a request was refused. `error` is for programs, the texts are for their developers and may change.',
  {
    error: text('The code of the error, such as `invalid_request`. docs/errors.md has a list.'),
    error_description: text('What the code means.'),
    error_hint: text('What is wrong with this request, and what to do. Absent when there is nothing to add.'),
    error_debug: text('The message of the cause. Only with `CLAVIGER_SHARE_ERROR_DEBUG`.'),
    status_code: integer('The HTTP status.'),
  },
  ['error', 'error_description', 'status_code'],
);

export const errorExample = {
  error: 'invalid_request',
  error_description:
    'The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.',
  error_hint: 'The parameter "grant_type" is missing.',
  status_code: 400,
};
