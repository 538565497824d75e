// The services of compose.yaml as processes of this machine: the same order, settings, commands, secrets and proxy
// configuration. Only addresses differ, because here all services share one network.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startRedisProcess } from '@claviger/adapters-redis/testing';
import { startPostgresFor } from '@claviger/adapters-sql/testing';
import { parse } from 'yaml';
import { freePorts } from './free-port.ts';
import {
  type Cleanup,
  type Exit,
  type RunningProcess,
  runProgram,
  runServer,
  temporaryFolder,
} from './start-server.ts';

const root = fileURLToPath(new URL('../../../../../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Debian keeps it in /usr/sbin, which is not in everyone's PATH. */
export const haproxy = existsSync('/usr/sbin/haproxy') ? '/usr/sbin/haproxy' : 'haproxy';

type Condition = 'service_completed_successfully' | 'service_healthy';

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: Condition }>>;
  readonly healthcheck: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: { readonly front: { readonly ipam: { readonly config: readonly [{ readonly subnet: string }] } } };
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

export const composeFile = parse(read('compose.yaml'), { merge: true }) as ComposeFile;

const serviceNamed = (name: string): Service => {
  const service = composeFile.services[name];
  if (!service) throw new Error(`compose.yaml has no service ${name}.`);
  return service;
};

/** Generates the secrets as the head of compose.yaml says. Returns their folder. */
const makeSecrets = (t: Cleanup): string => {
  const folder = join(temporaryFolder(t), 'secrets');
  execFileSync('sh', [join(root, 'deploy/compose/make-secrets.sh'), folder], { stdio: 'ignore' });
  return folder;
};

export class ComposeLayout {
  readonly issuer: string;
  readonly adminUrl: string;
  readonly adminKey: string;
  /** In the order in which they were started. */
  readonly started: string[] = [];
  readonly #t: Cleanup;
  readonly #secrets: string;
  /** What to replace in texts of compose.yaml, and by what. */
  readonly #addresses: Map<string, string>;
  readonly #processes = new Map<string, RunningProcess>();

  private constructor(t: Cleanup, secrets: string, ports: readonly number[]) {
    this.#t = t;
    this.#secrets = secrets;
    const names = ['127.0.0.1:4444', '127.0.0.1:4445', 'claviger-1:4444', 'claviger-1:4445', 'claviger-2:4444'];
    this.#addresses = new Map(
      [...names, 'claviger-2:4445'].map((name, index) => [name, `127.0.0.1:${ports[index] ?? 0}`]),
    );
    this.#addresses.set(composeFile.networks.front.ipam.config[0].subnet, '127.0.0.1/32');
    this.issuer = `http://${this.#here('127.0.0.1:4444')}`;
    this.adminUrl = `http://${this.#here('127.0.0.1:4445')}`;
    this.adminKey = readFileSync(join(secrets, 'admin-key'), 'utf8').trim();
  }

  static async prepare(t: Cleanup): Promise<ComposeLayout> {
    return new ComposeLayout(t, makeSecrets(t), await freePorts(6));
  }

  /** Like `docker compose up --wait`: starts the service after those that it depends on, and waits for its condition. */
  async up(name: string, condition: Condition = 'service_healthy'): Promise<void> {
    const service = serviceNamed(name);
    for (const [dependency, { condition: wanted }] of Object.entries(service.depends_on ?? {}))
      await this.up(dependency, wanted);
    if (!this.started.includes(name)) {
      this.started.push(name);
      await this.#start(name, service);
    }
    if (condition === 'service_completed_successfully') {
      const { code } = await this.#process(name).exited;
      if (code !== 0) throw new Error(`${name} ended with ${code}:\n${this.output(name)}`);
    } else if (service.image === 'claviger:local') await this.#isHealthy(name, service);
  }

  output(name: string): string {
    return this.#process(name).output();
  }

  signal(name: string, signal: NodeJS.Signals): Promise<Exit> {
    return this.#process(name).kill(signal);
  }

  /** The path of a copy of the file that the proxy mounts, with the addresses of this machine. */
  proxyConfiguration(): string {
    const [source = ''] = serviceNamed('proxy').volumes?.[0]?.split(':') ?? [];
    const file = join(temporaryFolder(this.#t), 'haproxy.cfg');
    writeFileSync(file, this.#here(read(source).replaceAll('bind :', 'bind 127.0.0.1:')));
    return file;
  }

  /** Starts a node again that has ended. */
  async restart(name: string): Promise<void> {
    await this.#start(name, serviceNamed(name));
    await this.#isHealthy(name, serviceNamed(name));
  }

  #process(name: string): RunningProcess {
    const process = this.#processes.get(name);
    if (!process) throw new Error(`${name} is not a process that was started here.`);
    return process;
  }

  #here(text: string): string {
    return [...this.#addresses].reduce((result, [from, to]) => result.replaceAll(from, to), text);
  }

  async #start(name: string, service: Service): Promise<void> {
    const [image = ''] = service.image.split(':');
    if (image === 'postgres') await this.#startPostgres(service);
    else if (image === 'redis') await this.#startRedis(service);
    else if (image === 'haproxy')
      this.#processes.set(name, runProgram(this.#t, [haproxy, '-db', '-f', this.proxyConfiguration()], {}));
    else this.#processes.set(name, runServer(this.#t, this.#settings(name, service), service.command ?? ['serve']));
  }

  async #startPostgres(service: Service): Promise<void> {
    const { environment = {} } = service;
    const password = readFileSync(this.#secretAt(environment.POSTGRES_PASSWORD_FILE ?? '', service), 'utf8');
    const server = await startPostgresFor({ name: environment.POSTGRES_USER ?? '', password });
    this.#t.teardown(() => server.stop());
    this.#addresses.set('postgres:5432', new URL(server.url).host);
  }

  /** Its settings are given as arguments: --name value. */
  async #startRedis({ command = [] }: Service): Promise<void> {
    const settings = command.slice(1).join(' ').split('--').filter(Boolean);
    const server = await startRedisProcess(settings);
    this.#t.teardown(() => server.stop());
    this.#addresses.set('redis:6379', `127.0.0.1:${server.port}`);
  }

  /** The environment of the service. Its own ports are those by which the proxy knows it. */
  #settings(name: string, service: Service): Record<string, string> {
    const texts = Object.entries(service.environment ?? {}).map(([key, value]) => [
      key,
      this.#here(this.#secretAt(value, service)),
    ]);
    const port = (inside: number): string => this.#addresses.get(`${name}:${inside}`)?.split(':')[1] ?? '';
    const own = { CLAVIGER_PUBLIC_PORT: port(4444), CLAVIGER_ADMIN_PORT: port(4445) };
    return { ...Object.fromEntries(texts), ...own, CLAVIGER_DATA_DIR: temporaryFolder(this.#t) };
  }

  /** /run/secrets/NAME is the file that compose.yaml names for NAME, if the service mounts it. Other texts are returned as they are. */
  #secretAt(text: string, { secrets = [] }: Service): string {
    const [, name] = /^\/run\/secrets\/(.+)$/.exec(text) ?? [];
    if (name === undefined) return text;
    const source = secrets.includes(name) ? composeFile.secrets[name]?.file : undefined;
    if (source === undefined) throw new Error(`The service does not mount the secret ${name}.`);
    const file = join(temporaryFolder(this.#t), 'secret');
    writeFileSync(file, this.#here(readFileSync(join(this.#secrets, source.replace(/^secrets\//, '')), 'utf8')));
    return file;
  }

  /** Runs the health check of the service until it succeeds. */
  async #isHealthy(name: string, service: Service): Promise<void> {
    const [kind, ...words] = service.healthcheck.test ?? [];
    if (kind !== 'CMD') throw new Error(`The health check of ${name} is not a command.`);
    const [command = '', ...args] = words.map((word) =>
      word
        .replace('/nodejs/bin/node', process.execPath)
        .replace('/app/health.mjs', join(root, 'deploy/docker/health.mjs')),
    );
    const env = this.#settings(name, service);
    const deadline = Date.now() + 60_000;
    const succeeds = () =>
      new Promise<boolean>((resolve) =>
        spawn(command, args, { env, stdio: 'ignore' }).once('exit', (code) => resolve(code === 0)),
      );
    while (!(await succeeds())) {
      if (Date.now() > deadline) throw new Error(`${name} is not healthy:\n${this.output(name)}`);
      await sleep(100);
    }
  }
}
