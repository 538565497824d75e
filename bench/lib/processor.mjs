// What processes cost: CPU time and memory from /proc (Linux), and where they may run.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const ticksPerSecond = 100;

/** pid -> [parent, seconds of CPU of its own, seconds of children that it has seen end]. */
const processes = () => {
  const found = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // The second field is a name in parentheses, and may hold anything.
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      const seconds = (first) => (Number(fields[first]) + Number(fields[first + 1])) / ticksPerSecond;
      found.set(Number(name), { parent: Number(fields[1]), own: seconds(11), ended: seconds(13) });
    } catch {
      // It ended in the meantime.
    }
  }
  return found;
};

const family = (all, root) => {
  const members = new Set([root]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const [pid, { parent }] of all) {
      if (!members.has(pid) && members.has(parent)) {
        members.add(pid);
        grown = true;
      }
    }
  }
  return members;
};

/** Seconds of CPU that the process and all its descendants have used so far. */
export const cpuSeconds = (pid) => {
  const all = processes();
  let sum = 0;
  for (const member of family(all, pid)) {
    const one = all.get(member);
    if (one) sum += one.own + one.ended;
  }
  return sum;
};

/** Resident memory of the process and all its descendants, in MiB. */
export const memory = (pid) => {
  let kibibytes = 0;
  for (const member of family(processes(), pid)) {
    try {
      kibibytes += Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${member}/status`, 'utf8'))?.[1] ?? 0);
    } catch {
      // It ended in the meantime.
    }
  }
  return kibibytes / 1024;
};

/** Servers under test have the first core, everything else the others; one core alone is shared by all. */
export const cores = availableParallelism() > 1 ? { server: '0', rest: `1-${availableParallelism() - 1}` } : null;

/** Binds a running process, and what it starts from now on, to cores. */
export const pin = (pid, where) => {
  if (!where) return;
  execFileSync('taskset', ['-a', '-p', '-c', where, String(pid)], { stdio: 'ignore' });
  for (const member of family(processes(), pid)) {
    if (member !== pid) execFileSync('taskset', ['-a', '-p', '-c', where, String(member)], { stdio: 'ignore' });
  }
};
