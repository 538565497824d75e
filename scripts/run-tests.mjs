// Runs the compiled tests with tap and tells it briefly: a line per file, what failed in full, and as the very last line
// `N passed, N failed`. Arguments choose files by a part of their path. TESTS_ROOT: another root, for this file's test.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const root = process.env.TESTS_ROOT || home;

/** Loaded into each test: see the file. */
const checkAnswers = `--node-arg=--import=${new URL('check-answers.mjs', import.meta.url)}`;

const filesUnder = (folder) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, name).replaceAll('\\', '/'))
    : [];

/** From the sources, not from dist: what is left of a deleted test must not run, and a missing one must be noticed. */
const findTests = (wanted) => {
  const compiled = ['packages', 'apps', 'examples']
    .flatMap((workspace) =>
      existsSync(join(root, workspace)) ? readdirSync(join(root, workspace)).map((name) => join(workspace, name)) : [],
    )
    .flatMap((folder) =>
      filesUnder(join(folder, 'test'))
        .filter((path) => path.endsWith('.test.ts'))
        .map((path) => join(folder, 'dist', path.slice(folder.length + 1)).replace(/\.ts$/, '.js')),
    );
  const plain = filesUnder(join('scripts', 'test')).filter((path) => path.endsWith('.test.mjs'));
  return [...compiled, ...plain]
    .sort()
    .filter((path) => wanted.length === 0 || wanted.some((part) => path.includes(part)));
};

/** A passing assertion and the bookkeeping of TAP: noise in the report of a file that failed. */
const isNoise = (line) => /^\s*(ok \d|\d+\.\.\d+|# time=|# Subtest: |$)/.test(line);

/** What a test says by t.comment, such as what it measured, is for people, also when it passes. */
const isFigure = (line) => /^\s*# /.test(line) && !isNoise(line);

/** Follows tap's TAP stream: a file's own lines are indented, its verdict is not. */
const createReport = () => {
  const totals = { pass: 0, fail: 0, skip: 0, todo: 0, files: 0, finished: false };
  let body = [];
  let inDiagnostics = false;
  return {
    totals,
    line: (text) => {
      const verdict = /^(not ok|ok) \d+ - (.*?)(?: # (.*))?$/.exec(text);
      const total = /^# \{ total: \d+(.*)\}$/.exec(text);
      if (verdict) {
        const [, word, file, note = ''] = verdict;
        const empty = note.startsWith('SKIP');
        if (word === 'ok' && !empty) {
          console.log(`ok      ${file} (${note.replace('time=', '')})`);
          for (const line of body.filter(isFigure)) console.log(`        ${line.trim()}`);
        } else {
          console.log(`FAILED  ${file}${empty ? ': no test in it ran' : ''}`);
          for (const line of body.filter((entry) => !isNoise(entry))) console.log(line);
        }
        if (empty) totals.fail += 1;
        totals.files += 1;
        body = [];
        inDiagnostics = word === 'not ok';
      } else if (total) {
        for (const [, kind, count] of total[1].matchAll(/(pass|fail|skip|todo): (\d+)/g)) totals[kind] += Number(count);
        totals.finished = true;
      } else if (inDiagnostics) {
        // How tap started the file is of no use, how it ended is.
        if (/^ {2}(exitCode|signal|failure|error|expired|tapError|timeout|message): (?!null)/.test(text))
          console.log(`    ${text}`);
        if (text === '  ...') inDiagnostics = false;
      } else if (!/^(TAP version|\d+\.\.\d+|# Subtest: |# No coverage|# time=)/.test(text)) body.push(text);
    },
  };
};

const main = async () => {
  const files = findTests(process.argv.slice(2));
  const missing = files.filter((file) => !existsSync(join(root, file)));
  for (const file of missing) console.log(`FAILED  ${file}: not compiled; run tsc -b`);
  const report = createReport();
  report.totals.fail += missing.length;
  let exit = 0;
  if (files.length > missing.length) {
    const runnable = files.filter((file) => !missing.includes(file));
    const tap = spawn(
      process.execPath,
      [join(home, 'node_modules', 'tap', 'dist', 'esm', 'run.mjs'), 'run', '-R', 'tap', checkAnswers, ...runnable],
      { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => tap.kill(signal));
    const ended = new Promise((resolve) => tap.on('close', (code, signal) => resolve(code ?? signal)));
    for await (const line of createInterface({ input: tap.stdout })) report.line(line);
    exit = await ended;
    const lost = runnable.length - report.totals.files;
    if (!report.totals.finished || lost > 0) {
      console.log(`FAILED  tap ended early (${exit}), ${lost} file(s) without a verdict`);
      report.totals.fail += 1;
    }
  }
  const { pass, fail, skip, todo } = report.totals;
  if (exit !== 0 && fail === 0) console.log(`FAILED  tap ended with ${exit}`);
  if (pass === 0) console.log('FAILED  no test passed');
  const failed = fail + (exit !== 0 && fail === 0 ? 1 : 0);
  console.log(`\n${pass} passed, ${failed} failed${skip + todo > 0 ? `, ${skip + todo} skipped` : ''}`);
  process.exitCode = failed > 0 || pass === 0 ? 1 : 0;
};

await main();
