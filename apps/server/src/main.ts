#!/usr/bin/env node
// Where the process begins. Everything else is loaded only once the version of Node.js is known to do.
import { unsupportedNode } from './node-version.ts';

const problem = unsupportedNode(process.versions.node);
if (problem === undefined) import('./program.ts');
else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
