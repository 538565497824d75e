// The JSON of an error: RFC 6749 §5.2, with the members of the 2018 API in its order. `status_code` is the HTTP status.
import type { JsonObject } from '../domain/json.ts';

export interface ErrorBody {
  readonly error: string;
  readonly description: string;
  readonly status: number;
  /** '' or absent: the member is left out. */
  readonly hint?: string;
  /** '' or absent: the member is left out. */
  readonly debug?: string;
}

export const errorBody = ({ error, description, status, hint = '', debug = '' }: ErrorBody): JsonObject => ({
  error,
  error_description: description,
  ...(hint === '' ? {} : { error_hint: hint }),
  status_code: status,
  ...(debug === '' ? {} : { error_debug: debug }),
});
