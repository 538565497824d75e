// The published ory-hydra-sdk@1.0.0-beta.8, unmodified. On a case-sensitive file system it cannot find two of its own files
// (it asks for JsonWebKey.js and ships JSONWebKey.js); the hook looks the name up as a Mac's file system would.
import { readdirSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

type Resolve = (
  this: unknown,
  request: string,
  parent: { filename?: string } | undefined,
  ...rest: unknown[]
) => string;

const ignoringCase: Resolve = function (request, parent, ...rest) {
  try {
    return original.call(this, request, parent, ...rest);
  } catch (error) {
    if (!request.startsWith('.') || !parent?.filename?.includes('ory-hydra-sdk')) throw error;
    const path = join(dirname(parent.filename), request);
    const wanted = `${basename(path)}.js`.toLowerCase();
    const found = readdirSync(dirname(path)).find((name) => name.toLowerCase() === wanted);
    if (!found) throw error;
    return join(dirname(path), found);
  }
};

const original = Reflect.get(Module, '_resolveFilename') as Resolve;
Reflect.set(Module, '_resolveFilename', ignoringCase);

export type Data = Record<string, unknown>;

type Callback = (error: unknown, data: unknown, response: { status: number; text: string; headers: Data }) => void;

interface ApiClient {
  basePath: string;
  timeout: number;
  defaultHeaders: Record<string, string>;
  authentications: Record<string, Record<string, string>>;
}

interface Sdk {
  ApiClient: new () => ApiClient;
  OAuth2Api: new (client: ApiClient) => Record<string, (...parameters: unknown[]) => void>;
}

const sdk = createRequire(import.meta.url)('ory-hydra-sdk') as Sdk;

export interface Answer {
  readonly status: number;
  readonly data: Data;
  /** The body as it was received, before the SDK's models select their members. */
  readonly body: string;
}

export interface Credentials {
  readonly username?: string;
  readonly password?: string;
  readonly accessToken?: string;
  /** Sent in the SDK's default headers. */
  readonly adminKey?: string;
}

/** Calls an operation by its name. Returns answers outside 2xx too. */
export type CallOperation = (operation: string, ...parameters: unknown[]) => Promise<Answer>;

/** The names of the operations in the SDK's OAuth2Api. */
export const operationNames = (): readonly string[] =>
  Object.keys(new sdk.OAuth2Api(new sdk.ApiClient())).filter((name) => name !== 'apiClient');

export const hydraSdk = (
  basePath: string,
  { username, password, accessToken, adminKey }: Credentials = {},
): CallOperation => {
  const client = new sdk.ApiClient();
  client.basePath = basePath;
  client.timeout = 10_000;
  if (username !== undefined) Object.assign(client.authentications.basic ?? {}, { username, password });
  if (accessToken !== undefined) Object.assign(client.authentications.oauth2 ?? {}, { accessToken });
  if (adminKey !== undefined) client.defaultHeaders = { 'Claviger-Admin-Key': adminKey };
  const api = new sdk.OAuth2Api(client);
  return (operation, ...parameters) =>
    new Promise((resolve, reject) => {
      const answered: Callback = (error, data, response) => {
        if (response) resolve({ status: response.status, data: (data ?? {}) as Data, body: response.text ?? '' });
        else reject(error);
      };
      const call = api[operation];
      if (call) call.call(api, ...parameters, answered);
      else reject(new Error(`The SDK has no operation ${operation}.`));
    });
};
