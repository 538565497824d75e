// The fuzz run, in a separate process, because a test framework that watches every promise makes it three times as long.
// Arguments: seed and number of requests. Prints what it found as JSON.
import { Chance } from './chance.ts';
import { Mutator } from './mutations.ts';
import { type FuzzRequest, payloadOf, targetOf } from './request.ts';
import { plantSeeds } from './seeds.ts';
import { type FuzzReply, type FuzzServer, startFuzzServer } from './server.ts';

export interface FuzzReport {
  readonly sent: number;
  /** Number of answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** The first server faults, each with its request. */
  readonly failures: readonly string[];
  readonly unhandledRejections: readonly string[];
  readonly pollutedPrototype: boolean;
}

/** Requests to one server, before a new one replaces it that has open challenges and unused codes. */
const perServer = 2000;

/** The number of failures to show. A broken server would fill the screen. */
const most = 5;

const unhandledRejections: string[] = [];
process.on('unhandledRejection', (reason) => unhandledRejections.push(String(reason)));

const send = (server: FuzzServer, request: FuzzRequest): Promise<FuzzReply> => {
  const { type, payload } = payloadOf(request.body);
  const headers = type === undefined ? request.headers : { 'content-type': type, ...request.headers };
  return server.send(request.listener, request.method, targetOf(request), headers, payload);
};

/** The fault of an answer, which no request may cause; '' if there is none. */
const faultOf = (reply: FuzzReply, { faults }: FuzzServer): string => {
  if (reply.status >= 500) return `status ${reply.status}`;
  if (faults.length > 0) return `reported failure: ${String(faults[0])}`;
  if (/\n\s+at .+:\d+:\d+|node_modules|a-secret-of-the-fuzzer/.test(reply.body)) return 'internals in the answer';
  if (reply.headers['x-content-type-options'] !== 'nosniff') return 'no nosniff';
  return '';
};

const shown = (request: FuzzRequest): string =>
  JSON.stringify({ ...request, body: String(payloadOf(request.body).payload ?? '') }).slice(0, 4000);

const run = async (seed: number, wanted: number): Promise<FuzzReport> => {
  const chance = new Chance(seed);
  const statuses: Record<string, number> = {};
  const failures: string[] = [];
  const goesOn = (): boolean => sent < wanted && failures.length < most;
  let sent = 0;
  while (goesOn()) {
    const server = await startFuzzServer(new Chance(chance.below(2 ** 31)));
    const { requests, treasure } = await plantSeeds(server);
    const mutator = new Mutator(chance, treasure);
    for (let count = 0; count < perServer && goesOn(); count += 1) {
      const request = mutator.mutate(chance.pick(requests));
      let fault: string;
      try {
        const reply = await send(server, request);
        statuses[reply.status] = (statuses[reply.status] ?? 0) + 1;
        fault = faultOf(reply, server);
      } catch (error) {
        fault = `no answer: ${error instanceof Error ? error.stack : String(error)}`;
      }
      server.faults.length = 0;
      if (fault !== '') failures.push(`request ${sent}: ${fault}\n${shown(request)}`);
      sent += 1;
    }
    await server.close();
  }
  const pollutedPrototype = Object.hasOwn(Object.prototype, 'polluted');
  return { sent, statuses, failures, unhandledRejections, pollutedPrototype };
};

const [seed, wanted] = process.argv.slice(2).map(Number);
process.stdout.write(JSON.stringify(await run(seed ?? 0, wanted ?? 0)));
