// What a CPU profile says in a few lines: time by part of the system, and the functions that take most of it themselves.

/** The start is not what is measured: the first part of the samples is left out. */
const settled = 0.4;

/** A package, a part of Claviger or of Node.js; code of the engine itself has no file. */
const partOf = ({ url, functionName }) => {
  const dependency = /node_modules\/(?:\.pnpm\/[^/]+\/node_modules\/)?((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (dependency) return dependency;
  const own = /(?:packages|apps)\/([^/]+)/.exec(url)?.[1];
  if (own) return `Claviger: ${own}`;
  if (url !== '') return `Node.js: ${url.replace(/^node:(internal\/)?/, '').split('/')[0]}`;
  if (functionName === '(garbage collector)' || functionName === '(program)') return functionName;
  return 'Node.js and V8, native';
};

const top = (times, whole, most) =>
  [...times]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([name, time]) => `${((time / whole) * 100).toFixed(1).padStart(5)} %  ${name}`);

export const summary = (profile) => {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const all = profile.timeDeltas.reduce((sum, delta) => sum + delta, 0);
  const [parts, functions] = [new Map(), new Map()];
  let [passed, whole] = [0, 0];
  const add = (times, name, time) => times.set(name, (times.get(name) ?? 0) + time);
  for (const [index, id] of profile.samples.entries()) {
    const time = profile.timeDeltas[index];
    passed += time;
    const frame = frames.get(id);
    if (passed < all * settled || frame.functionName === '(idle)') continue;
    whole += time;
    add(parts, partOf(frame), time);
    const file = frame.url.replace(/^.*\/(node_modules|packages|apps)\//, '');
    add(functions, `${frame.functionName || '(anonymous)'} ${file}`.trim(), time);
  }
  return ['By part', ...top(parts, whole, 20), '', 'By function, its own time', ...top(functions, whole, 25)];
};
