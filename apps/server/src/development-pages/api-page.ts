// /docs on the admin listener of a development server: the OpenAPI document as a page that can send requests. The page
// is Swagger UI, whose files are read when somebody opens it.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyPluginCallback } from 'fastify';
import { assetNames, isBinary, textAsset } from '../binary/assets.ts';
import { refuseOtherMachines } from './this-machine-only.ts';

export interface ApiPageOptions {
  /** Whether it can be opened from other machines too. */
  readonly anywhere: boolean;
}

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Claviger: API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null });\n`;

/** Loads nothing from other hosts. Swagger UI uses inline styles, and data URLs for icons. */
const headers = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

const types = {
  [assetNames.apiPageStyle]: 'text/css; charset=utf-8',
  [assetNames.apiPageScript]: 'text/javascript; charset=utf-8',
} as const;

type FileName = keyof typeof types;

/** The single binary contains the files. */
const contentOf = async (name: FileName): Promise<string> => {
  if (isBinary) return textAsset(name);
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return readFile(join(folder, name), 'utf8');
};

export const apiPage: FastifyPluginCallback<ApiPageOptions> = (app, { anywhere }, done) => {
  if (!anywhere) app.addHook('onRequest', refuseOtherMachines);

  app.get('/docs', async (_request, reply) =>
    reply.headers({ ...headers, 'content-type': 'text/html; charset=utf-8' }).send(page),
  );

  app.get('/docs/start.js', async (_request, reply) =>
    reply.headers({ ...headers, 'content-type': 'text/javascript; charset=utf-8' }).send(start),
  );

  for (const name of Object.keys(types) as FileName[]) {
    app.get(`/docs/${name}`, async (_request, reply) =>
      reply.headers({ ...headers, 'content-type': types[name] }).send(await contentOf(name)),
    );
  }
  done();
};
