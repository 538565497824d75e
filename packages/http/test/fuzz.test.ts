// Valid requests to every endpoint of both listeners, changed at random. Every answer must blame the caller, never the
// server. FUZZ_SEED repeats a run; FUZZ_REQUESTS makes it longer.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { Chance } from './support/fuzz/chance.ts';
import { Mutator } from './support/fuzz/mutations.ts';
import type { FuzzRequest } from './support/fuzz/request.ts';
import type { FuzzReport } from './support/fuzz/run.ts';
import { plantSeeds } from './support/fuzz/seeds.ts';
import { startFuzzServer } from './support/fuzz/server.ts';

// A busy machine is slow.
t.setTimeout(300_000);

const numberFrom = (variable: string, byDefault: number): number => Number(process.env[variable] || byDefault);

const seed = numberFrom('FUZZ_SEED', Date.now() % 2 ** 31);
const wanted = numberFrom('FUZZ_REQUESTS', 100_000);

const run = fileURLToPath(new URL('./support/fuzz/run.js', import.meta.url));

/** Without the variables of the test framework. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(_?TAP|NODE_OPTIONS)/.test(name)));

t.test('no request causes a server error', async (t) => {
  t.comment(`FUZZ_SEED=${seed} repeats this run of ${wanted} requests`);
  const { stdout } = await promisify(execFile)(process.execPath, [run, String(seed), String(wanted)], { env });
  const report = JSON.parse(stdout) as FuzzReport;
  const { sent, statuses, failures, unhandledRejections, pollutedPrototype } = report;
  t.comment(`answers by status: ${JSON.stringify(statuses)}`);
  for (const failure of failures) t.fail(failure);
  t.equal(sent, wanted);
  t.same(unhandledRejections, [], 'no promise rejection was unhandled');
  t.notOk(pollutedPrototype, 'no prototype was changed');
  t.ok((statuses['200'] ?? 0) > sent / 20, 'many of the requests were still valid');
});

/** Everything except values that the server generates, because their order depends on timing. */
const shapeOf = ({ listener, method, path, query, headers, body }: FuzzRequest): string => {
  const lengths = query.map((pair) => pair.map((text) => text.length));
  return JSON.stringify([listener, method, path.length, lengths, Object.keys(headers), body.kind]);
};

t.test('the same seed changes the same requests in the same way', async (t) => {
  const drawn = async (seed: number): Promise<readonly string[]> => {
    const chance = new Chance(seed);
    const server = await startFuzzServer(new Chance(chance.below(2 ** 31)));
    const { requests, treasure } = await plantSeeds(server);
    const mutator = new Mutator(chance, treasure);
    const changed = Array.from({ length: 50 }, () => shapeOf(mutator.mutate(chance.pick(requests))));
    await server.close();
    return changed;
  };
  const first = await drawn(7);
  t.same(await drawn(7), first);
  t.notSame(await drawn(8), first);
});
