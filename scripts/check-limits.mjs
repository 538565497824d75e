// Holds the limits on size: 250 lines in a source file, 400 in a test file, 40 in a function. A factory counts without the
// functions that it returns or declares. Exceptions are listed with their reasons in limits-exceptions.mjs. Part of `npm run lint`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { exceptions } from './limits-exceptions.mjs';

const root = process.env.LIMITS_ROOT || join(dirname(fileURLToPath(import.meta.url)), '..');
const mostLinesOfSource = 250;
const mostLinesOfTest = 400;
const mostLinesOfFunction = 40;

const isTest = (name) => /\/test\/|\.contract\.ts$/.test(name);

const sources = ['packages', 'apps', 'examples'].flatMap((workspace) =>
  existsSync(join(root, workspace))
    ? readdirSync(join(root, workspace), { recursive: true })
        .map((path) => join(workspace, path).replaceAll('\\', '/'))
        .filter((path) => /\.(ts|mjs)$/.test(path) && !/\/(node_modules|dist)\//.test(path))
    : [],
);

/** Lines of a function's own: those of functions nested in it are counted there. */
const functionsOf = (file) => {
  const lineOf = (position) => file.getLineAndCharacterOfPosition(position).line;
  const found = [];
  const visit = (node, owner, name) => {
    let inner = owner;
    if (ts.isFunctionLike(node) && node.body) {
      const lines = lineOf(node.end) - lineOf(node.getStart(file)) + 1;
      inner = { name, line: lineOf(node.getStart(file)) + 1, lines };
      found.push(inner);
      if (owner) owner.lines -= lines - 1;
    }
    const nextName = node.name && ts.isIdentifier(node.name) ? node.name.text : name;
    ts.forEachChild(node, (child) => visit(child, inner, nextName));
  };
  visit(file, undefined, '(anonymous)');
  return found;
};

const findings = [];
const used = new Set();
const excepted = (key) => exceptions.has(key) && used.add(key);

for (const name of sources) {
  const text = readFileSync(join(root, name), 'utf8');
  const lines = text.split('\n').length - 1;
  const most = isTest(name) ? mostLinesOfTest : mostLinesOfSource;
  if (lines > most && !excepted(name)) findings.push(`${name}: ${lines} lines; ${most} at most.`);
  if (isTest(name)) continue;
  for (const found of functionsOf(ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true))) {
    if (found.lines > mostLinesOfFunction && !excepted(`${name}#${found.name}`))
      findings.push(`${name}:${found.line}: ${found.name} has ${found.lines} lines; ${mostLinesOfFunction} at most.`);
  }
}
for (const key of exceptions.keys())
  if (!used.has(key)) findings.push(`limits-exceptions.mjs: ${key} is within its limit. Remove the exception.`);

for (const finding of findings) console.error(finding);
if (findings.length > 0) process.exitCode = 1;
