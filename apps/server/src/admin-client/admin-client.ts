// What commands ask of the admin API, by name. Every method rejects with CommandError if the API refuses.
import { CommandError, type ExitCode, exitCodes } from '../commands/command-context.ts';
import type { AdminAnswer, AdminRequest, AdminTransport } from './admin-transport.ts';
import { isJsonObject, type JsonObject, parseJsonObject } from './json.ts';

/** Messages for answers that say too little. */
interface Explanations {
  readonly 404?: string;
  readonly 409?: string;
}

/** Entries of one page of a list. The admin API allows no more. */
const pageSize = 500;

const at = (...segments: readonly string[]): string => `/${segments.map(encodeURIComponent).join('/')}`;

const exitCodeOf = (status: number): ExitCode => {
  if (status === 401 || status === 403) return exitCodes.denied;
  return status === 502 || status === 503 || status === 504 ? exitCodes.unreachable : exitCodes.failed;
};

const remedies: Readonly<Record<number, string>> = {
  401: 'Pass the key with --key-file or in CLAVIGER_ADMIN_KEY.',
  403: 'Use a key with this scope: claviger admin-keys create.',
  503: 'Ask its /health/ready what is wrong, or run claviger doctor.',
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const refusal = (name: string, { status, text }: AdminAnswer, explanations: Explanations): CommandError => {
  const body = parseJsonObject(text);
  const told = textOf(body?.error_hint) || textOf(body?.error_description) || textOf(body?.error);
  const isExplained = status === 404 || status === 409 ? explanations[status] : undefined;
  // A server other than the API may answer in HTML.
  const message = isExplained ?? (told || `${name} answered with status ${status}. Is it the admin API of Claviger?`);
  const remedy = remedies[status] === undefined ? '' : ` ${remedies[status]}`;
  return new CommandError(`${message}${remedy}`, exitCodeOf(status));
};

export class AdminClient {
  readonly #transport: AdminTransport;

  constructor(transport: AdminTransport) {
    this.#transport = transport;
  }

  createClient(body: JsonObject): Promise<JsonObject> {
    const taken = `There is a client "${textOf(body.client_id)}" already. Change it with claviger clients update.`;
    return this.#object({ method: 'POST', path: '/clients', json: body }, { 409: taken });
  }

  /** In the order of their ids. */
  listClients(): Promise<readonly JsonObject[]> {
    return this.#all('/clients');
  }

  getClient(id: string): Promise<JsonObject> {
    return this.#object({ method: 'GET', path: at('clients', id) }, { 404: noClient(id) });
  }

  /** Keeps what `changes` does not name. null sets a member to its default. */
  changeClient(id: string, changes: JsonObject): Promise<JsonObject> {
    return this.#object({ method: 'PATCH', path: at('clients', id), json: changes }, { 404: noClient(id) });
  }

  async deleteClient(id: string): Promise<void> {
    await this.#send({ method: 'DELETE', path: at('clients', id) });
  }

  /** The keys of a set, newest first, as JWKs. */
  async listKeys(set: string): Promise<readonly JsonObject[]> {
    const missing = `There are no keys in the set "${set}".`;
    return keysOf(await this.#object({ method: 'GET', path: at('keys', set) }, { 404: missing }));
  }

  async createKey(set: string, body: JsonObject): Promise<readonly JsonObject[]> {
    const taken = `There is a key "${textOf(body.kid)}" in the set "${set}" already. Choose another --kid.`;
    return keysOf(await this.#object({ method: 'POST', path: at('keys', set), json: body }, { 409: taken }));
  }

  /** Without `kid`: the whole set. */
  async deleteKeys(set: string, kid?: string): Promise<void> {
    await this.#send({ method: 'DELETE', path: kid === undefined ? at('keys', set) : at('keys', set, kid) });
  }

  listConsents(subject: string): Promise<readonly JsonObject[]> {
    return this.#all(at('oauth2', 'auth', 'sessions', 'consent', subject));
  }

  async revokeConsents(subject: string, clientId?: string): Promise<void> {
    const path = at('oauth2', 'auth', 'sessions', 'consent', subject, ...(clientId === undefined ? [] : [clientId]));
    await this.#send({ method: 'DELETE', path }, { 404: `"${subject}" has no such consents.` });
  }

  async revokeLogins(subject: string): Promise<void> {
    const path = at('oauth2', 'auth', 'sessions', 'login', subject);
    await this.#send({ method: 'DELETE', path }, { 404: `"${subject}" has no remembered logins.` });
  }

  /** RFC 7662 §2. */
  introspect(token: string, scope?: string): Promise<JsonObject> {
    const form = { token, ...(scope === undefined ? {} : { scope }) };
    return this.#object({ method: 'POST', path: '/oauth2/introspect', form });
  }

  createAdminKey(body: JsonObject): Promise<JsonObject> {
    return this.#object({ method: 'POST', path: '/admin/admin-keys', json: body });
  }

  listAdminKeys(): Promise<readonly JsonObject[]> {
    return this.#all('/admin/admin-keys');
  }

  async deleteAdminKey(id: string): Promise<void> {
    const missing = `There is no admin key with the id "${id}".`;
    await this.#send({ method: 'DELETE', path: at('admin', 'admin-keys', id) }, { 404: missing });
  }

  /** One page. Its `next_page_token`, if any, is a parameter of the next request. */
  auditEvents(parameters: Readonly<Record<string, string>>): Promise<JsonObject> {
    const query = new URLSearchParams(parameters).toString();
    return this.#object({ method: 'GET', path: `/admin/audit/events${query === '' ? '' : `?${query}`}` });
  }

  async version(): Promise<string> {
    return textOf((await this.#object({ method: 'GET', path: '/version' })).version);
  }

  async #send(request: AdminRequest, explanations: Explanations = {}): Promise<unknown> {
    const answer = await this.#transport.send(request);
    if (answer.status < 200 || answer.status > 299) throw refusal(this.#transport.name, answer, explanations);
    if (answer.text === '') return null;
    try {
      return JSON.parse(answer.text);
    } catch (cause) {
      const message = `${this.#transport.name} did not answer with JSON. Is it the admin API of Claviger?`;
      throw new CommandError(message, exitCodes.failed, { cause });
    }
  }

  async #object(request: AdminRequest, explanations?: Explanations): Promise<JsonObject> {
    const body = await this.#send(request, explanations);
    if (isJsonObject(body)) return body;
    throw new CommandError(`${this.#transport.name} did not answer with a JSON object.`);
  }

  /** The entries of every page. */
  async #all(path: string): Promise<readonly JsonObject[]> {
    const found: JsonObject[] = [];
    for (let offset = 0; ; offset += pageSize) {
      const page = await this.#send({ method: 'GET', path: `${path}?limit=${pageSize}&offset=${offset}` });
      if (!Array.isArray(page)) throw new CommandError(`${this.#transport.name} did not answer with a JSON array.`);
      found.push(...page.filter(isJsonObject));
      if (page.length < pageSize) return found;
    }
  }
}

const noClient = (id: string): string => `There is no client "${id}".`;

const keysOf = ({ keys }: JsonObject): readonly JsonObject[] => (Array.isArray(keys) ? keys.filter(isJsonObject) : []);
