#!/usr/bin/env node
// The entry point. Loads everything else only after the version of Node.js was found to be supported.
import { unsupportedNode } from './node-version.ts';

const problem = unsupportedNode(process.versions.node);
if (problem === undefined) import('./program.ts');
else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
