// Checks every answer of the tests against the OpenAPI document of the application that gave it: status, content type and
// body. `run-tests.mjs` preloads this file into each test, and `start-server.ts` into each server that a test starts, so
// no test has to ask for it. A test file in which an answer does not fit fails when it ends.
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AnswerChecker } from './answer-checker.mjs';

const isTest = process.env.ANSWERS_REPORT === undefined;
const report = process.env.ANSWERS_REPORT ?? join(tmpdir(), `claviger-answers-${process.pid}`);
process.env.ANSWERS_REPORT = report;
process.env.ANSWERS_PRELOAD = import.meta.url;

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
    return payload;
  });
});

if (isTest)
  process.on('exit', () => {
    if (!existsSync(report)) return;
    console.error(`Answers that do not fit the OpenAPI document:\n${readFileSync(report, 'utf8')}`);
    rmSync(report);
    process.exitCode = 1;
  });
