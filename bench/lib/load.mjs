// The load, in a process of its own: told what to do over IPC, one measurement at a time.
//   closed loop: each connection sends its next request when it has the answer to the one before
//   fixed rate: requests become due at a steady rate, and wait for a connection if they must; the wait counts
import { connection } from './http.mjs';
import { operations } from './operations.mjs';

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

const measure = async ({ server, operation, connections, warmUp, seconds, rate }) => {
  const { prepare, once } = operations[operation];
  const https = Array.from({ length: connections }, connection);
  const state = await prepare(server, https[0], connections);
  const latencies = [];
  let counting = false;
  let done = false;
  let due = 0;
  const start = performance.now();

  const turn = async (index) => {
    while (!done) {
      let begun = performance.now();
      if (rate) {
        const mine = start + (due / rate) * 1000;
        due += 1;
        const early = mine - begun;
        if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
        // A timer that is early or late is not the server's fault; a connection that was not free in time is.
        begun = early > 0 ? performance.now() : mine;
      }
      await once(https[index], state, index);
      if (counting) latencies.push(performance.now() - begun);
    }
  };

  const turns = Promise.all(https.map((_, index) => turn(index)));
  turns.catch(() => {
    done = true;
  });
  const pause = (length) => Promise.race([turns, new Promise((resolve) => setTimeout(resolve, length * 1000))]);
  await pause(warmUp);
  process.send({ kind: 'begin' });
  counting = true;
  const begun = performance.now();
  await pause(seconds);
  counting = false;
  const took = (performance.now() - begun) / 1000;
  process.send({ kind: 'end' });
  done = true;
  await turns;
  await Promise.all(https.map((http) => http.close()));
  latencies.sort((a, b) => a - b);
  return { count: latencies.length, seconds: took, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
};

process.on('message', (task) => {
  measure(task).then(
    (result) => process.send({ kind: 'result', result }),
    (error) => process.send({ kind: 'failed', message: error.stack ?? String(error) }),
  );
});
