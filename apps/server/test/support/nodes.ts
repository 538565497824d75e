// Several server processes of one system, behind a strict load balancer: no two consecutive requests
// go to the same node.
import { freePorts } from './free-port.ts';
import type { ServerSettings } from './layouts.ts';
import { type Cleanup, type Exit, type StartOptions, startServer, type TestServer } from './start-server.ts';

/** The request was sent and no answer arrived, so it is unknown whether it took effect. */
export class AnswerLost extends Error {
  override readonly name = 'AnswerLost';
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The node that sent the answer. */
  readonly node: number;
}

export interface Call {
  readonly listener: 'public' | 'admin';
  /** With its query. */
  readonly path: string;
  readonly init?: RequestInit;
}

export class Nodes {
  readonly issuer: string;
  /** Which node answered each request, in order. */
  readonly trace: number[] = [];
  readonly #t: Cleanup;
  /** Of each node. */
  readonly #settings: readonly ServerSettings[];
  readonly #servers: TestServer[];
  readonly #down = new Set<number>();
  #last = -1;

  private constructor(t: Cleanup, issuer: string, settings: readonly ServerSettings[], servers: TestServer[]) {
    this.#t = t;
    this.issuer = issuer;
    this.#settings = settings;
    this.#servers = servers;
  }

  /** Starts one node for each entry of `differences`, the settings that only this node has. All start concurrently. */
  static async start(
    t: Cleanup,
    shared: ServerSettings,
    differences: readonly ServerSettings[],
    version: Pick<StartOptions, 'main'> = {},
  ): Promise<Nodes> {
    const issuer = `http://127.0.0.1:${(await freePorts(1))[0]}/`;
    const settings = differences.map((own) => ({
      ...shared,
      CLAVIGER_ISSUER: issuer,
      CLAVIGER_LOGIN_URL: 'http://ui.example/login',
      CLAVIGER_CONSENT_URL: 'http://ui.example/consent',
      ...own,
    }));
    const servers = await Promise.all(settings.map((own) => startServer(t, { settings: own, ...version })));
    return new Nodes(t, issuer, settings, servers);
  }

  /** More nodes of the same system and issuer, with settings that differ from the first node. */
  async andWith(t: Cleanup, difference: ServerSettings, count: number): Promise<Nodes> {
    const settings = Array.from({ length: count }, () => ({ ...this.#settings[0], ...difference }));
    const servers = await Promise.all(settings.map((own) => startServer(t, { settings: own })));
    return new Nodes(t, this.issuer, settings, servers);
  }

  get count(): number {
    return this.#servers.length;
  }

  server(node: number): TestServer {
    const server = this.#servers[node];
    if (!server) throw new Error(`There is no node ${node}.`);
    return server;
  }

  /** Kills a node. Requests in flight are lost. */
  async kill(node: number): Promise<void> {
    this.#down.add(node);
    await this.server(node).kill('SIGKILL');
  }

  /** Adds a node of this release, which takes requests from now on. */
  async join(): Promise<void> {
    this.#servers.push(await startServer(this.#t, { settings: this.#settings[0] ?? {} }));
  }

  /** Sends no more requests to the node, lets it answer those in flight, and stops it. */
  leave(node: number): Promise<Exit> {
    this.#down.add(node);
    return this.server(node).stop();
  }

  async restart(node: number): Promise<void> {
    const { publicPort, adminPort } = this.server(node);
    const settings = this.#settings[node] ?? {};
    this.#servers[node] = await startServer(this.#t, { settings, ports: [publicPort, adminPort] });
    this.#down.delete(node);
  }

  /** Sends the request to the next node that is up. If the connection is refused, nothing was sent, and another node is tried. */
  async send(call: Call): Promise<Answer> {
    for (let tries = 0; tries < 2 * this.count; tries += 1) {
      const node = this.#next();
      const answer = await this.sendTo(node, call);
      if (answer !== 'refused') {
        this.trace.push(answer.node);
        return answer;
      }
    }
    throw new Error('No node accepts connections.');
  }

  /** Throws AnswerLost. */
  async sendTo(node: number, { listener, path, init = {} }: Call): Promise<Answer | 'refused'> {
    const server = this.server(node);
    const base = listener === 'public' ? server.publicUrl : server.adminUrl;
    try {
      const reply = await fetch(`${base}${path}`, { redirect: 'manual', ...init });
      return { status: reply.status, headers: reply.headers, text: await reply.text(), node };
    } catch (error) {
      if (codeOf(error) === 'ECONNREFUSED') return 'refused';
      throw new AnswerLost(`node ${node}, ${path}`, { cause: error });
    }
  }

  #next(): number {
    for (let step = 1; step <= this.count; step += 1) {
      const node = (this.#last + step) % this.count;
      if (!this.#down.has(node)) {
        this.#last = node;
        return node;
      }
    }
    throw new Error('Every node is down.');
  }
}

const codeOf = (error: unknown): unknown => {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
};
