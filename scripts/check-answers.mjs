// Checks every answer of the tests against the OpenAPI document of the application that gave it: status, content type and
// body. `run-tests.mjs` preloads this file into each test, and `start-server.ts` into each server that a test starts, so
// no test has to ask for it. A test file in which an answer does not fit fails when it ends. So does one in which a server
// printed a secret that any answer handed out.
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AnswerChecker } from './answer-checker.mjs';
import { leakedInto, secretsOf } from './issued-secrets.mjs';

const isTest = process.env.ANSWERS_REPORT === undefined;
const report = process.env.ANSWERS_REPORT ?? join(tmpdir(), `claviger-answers-${process.pid}`);
process.env.ANSWERS_REPORT = report;
process.env.ANSWERS_PRELOAD = import.meta.url;
const secretsFile = `${report}-secrets`;
/** Written by `start-server.ts`. */
const outputFile = `${report}-output`;

const fromHttp = createRequire(new URL('../packages/http/package.json', import.meta.url));
let parts;
const loadParts = async () => {
  const { openApiDocumentOf } = await import('../packages/http/dist/src/index.js');
  const { Ajv2020 } = fromHttp('ajv/dist/2020.js');
  const { default: addFormats } = fromHttp('ajv-formats');
  return { openApiDocumentOf, newAjv: () => addFormats(new Ajv2020({ strict: false })) };
};

const told = new Set();
const tell = (finding) => {
  if (told.has(finding) || told.size >= 50) return;
  told.add(finding);
  appendFileSync(report, `${finding}\n`);
};

const issued = new Set();
const noteSecrets = (answer) => {
  const found = secretsOf(answer).filter((secret) => !issued.has(secret));
  for (const secret of found) issued.add(secret);
  if (found.length > 0) appendFileSync(secretsFile, `${found.join('\n')}\n`);
};

const textOf = (payload) => (typeof payload === 'string' || Buffer.isBuffer(payload) ? String(payload) : '');

subscribe('fastify.initialization', ({ fastify }) => {
  let checker;
  fastify.addHook('onSend', async (request, reply, payload) => {
    parts ??= await loadParts();
    // Applications of other makers, and of earlier releases, have none.
    const document = parts.openApiDocumentOf(fastify);
    if (document) {
      checker ??= AnswerChecker.for(document, parts.newAjv);
      const finding = checker.check({
        method: request.method,
        route: request.is404 ? undefined : request.routeOptions.url,
        status: reply.statusCode,
        headers: reply.getHeaders(),
        body: payload,
      });
      if (finding) tell(finding);
    }
    noteSecrets({ headers: reply.getHeaders(), body: textOf(payload) });
    return payload;
  });
});

const readIfThere = (file) => {
  if (!existsSync(file)) return '';
  const text = readFileSync(file, 'utf8');
  rmSync(file);
  return text;
};

if (isTest)
  process.on('exit', () => {
    const misfits = readIfThere(report);
    const leaked = leakedInto(readIfThere(outputFile), readIfThere(secretsFile).split('\n').filter(Boolean));
    if (misfits) console.error(`Answers that do not fit the OpenAPI document:\n${misfits}`);
    if (leaked.length > 0) console.error(`Secrets that a server printed:\n${leaked.join('\n')}`);
    if (misfits || leaked.length > 0) process.exitCode = 1;
  });
