// The process that holds the ports for its workers. It starts them, restarts them when they die, and stops them.
import cluster, { type Address, type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { ProcessLog } from '../process-log.ts';
import { passOnClientChanges } from './client-changes.ts';
import { RestartDelay } from './restart-delay.ts';
import { serveMetricsToWorkers } from './worker-metrics.ts';

/** Milliseconds to wait, beyond the workers' own time to stop, before they are killed. */
const shutdownMargin = 5000;

/** The exit code of a process whose settings are wrong. */
const misconfiguration = 2;

const never = new Promise<number>(() => undefined);

export class Primary {
  readonly #config: Config;
  readonly #log: ProcessLog;
  readonly #droppedLogLines: () => number;
  readonly #alive = new Map<Worker, Promise<number>>();
  readonly #delay = new RestartDelay();
  readonly #stopping = new AbortController();
  #deaths = 0;

  constructor(config: Config, log: ProcessLog, droppedLogLines: () => number) {
    this.#config = config;
    this.#log = log;
    this.#droppedLogLines = droppedLogLines;
  }

  /** Resolves to the exit code: that of a first worker that cannot start, or else whether all workers stopped cleanly. */
  async run(asked: Promise<void>): Promise<number> {
    serveMetricsToWorkers({ droppedLogLines: this.#droppedLogLines, workerDeaths: () => this.#deaths });
    passOnClientChanges();
    const first = this.#fork();
    const failed = await Promise.race([this.#listening(first), this.#alive.get(first), asked]);
    if (typeof failed === 'number') return failed;
    const workers = [first];
    while (workers.length < this.#config.workers) workers.push(this.#fork());
    const misconfigured = Promise.race(workers.map((worker) => this.#keep(worker)));
    const code = await Promise.race([asked, misconfigured]);
    const stopped = await this.#stop();
    return typeof code === 'number' ? code : stopped;
  }

  #fork(): Worker {
    const worker = cluster.fork();
    const exited = new Promise<number>((resolve) => {
      // The worker could not be started, or it died before a message reached it.
      worker.on('error', (error) => {
        this.#log.error({ reason: error.message, worker: worker.process.pid }, 'a worker cannot be reached');
        if (worker.process.pid !== undefined) return;
        this.#alive.delete(worker);
        resolve(1);
      });
      worker.once('exit', (code, signal) => {
        this.#alive.delete(worker);
        // It was asked to stop before it listened for the signal.
        resolve(signal === 'SIGTERM' ? 0 : (code ?? 1));
      });
    });
    this.#alive.set(worker, exited);
    return worker;
  }

  #listening(worker: Worker): Promise<void> {
    const { port } = this.#config.public;
    return new Promise((resolve) => {
      worker.on('listening', (address: Address) => {
        if (address.port === port) resolve();
      });
    });
  }

  /**
   * Replaces the worker when it dies. Resolves only if a worker found its settings wrong, with its exit code, because a
   * replacement would fail too.
   */
  async #keep(worker: Worker): Promise<number> {
    const born = performance.now();
    const code = await this.#alive.get(worker);
    if (code === misconfiguration) return code;
    if (this.#stopping.signal.aborted) return never;
    this.#deaths += 1;
    const delay = this.#delay.after(performance.now() - born);
    this.#log.error({ worker: worker.process.pid, code, delay }, 'a worker died; starting another one');
    return sleep(delay, undefined, { signal: this.#stopping.signal }).then(
      () => this.#keep(this.#fork()),
      () => never,
    );
  }

  async #stop(): Promise<number> {
    this.#stopping.abort();
    const workers = [...this.#alive];
    for (const [worker] of workers) worker.process.kill('SIGTERM');
    const timer = setTimeout(
      () => {
        for (const worker of this.#alive.keys()) worker.process.kill('SIGKILL');
      },
      (this.#config.drainDelay + this.#config.shutdownTimeout) * 1000 + shutdownMargin,
    );
    const codes = await Promise.all(workers.map(([, exited]) => exited));
    clearTimeout(timer);
    return codes.every((code) => code === 0) ? 0 : 1;
  }
}
