#!/usr/bin/env node
// The command `claviger`. A file that exists before the sources are compiled, so that installing a clone links it.
import '../dist/src/main.js';
