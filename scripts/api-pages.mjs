// Makes docs/admin-api.md and docs/http-api.md from the OpenAPI documents. `npm run pages` writes them, and a test compares
// them.
import { createProvider } from '../packages/core/dist/src/index.js';
import { memoryStores } from '../packages/core/dist/src/memory/index.js';
import { nodeSystem } from '../packages/core/dist/src/runtime/node.js';
import { buildApp, openApiDocumentOf } from '../packages/http/dist/src/index.js';
import { isOfAdminApi, operationsOf, renderOperations, renderSchemas, sharedErrorsOf } from './api-page-parts.mjs';

const issuer = 'https://id.example.com/';

/** The documents of both listeners with everything turned on. */
const readDocuments = async () => {
  const pages = { loginUrl: issuer, consentUrl: issuer, errorUrl: null, logoutRedirectUrl: issuer };
  const provider = createProvider({
    issuer,
    stores: memoryStores(),
    settings: { clientRegistration: 'open' },
    ui: pages,
    system: nodeSystem({ systemSecret: 'only-to-describe-the-routes' }),
  });
  const read = async (listener) => {
    const app = buildApp({ provider, listener, version: '' });
    await app.ready();
    const document = openApiDocumentOf(app);
    await app.close();
    return document;
  };
  return { admin: await read('admin'), public: await read('public') };
};

const note = '<!-- Written by `npm run pages` from the declarations of the routes. Do not edit. -->';

const adminIntro = `# The admin API

${note}

With the admin API you manage clients and keys, and your login and consent pages answer the requests of users. It listens on a port
separate from the one for browsers and applications: \`http://127.0.0.1:4445\`, unless \`CLAVIGER_ADMIN_HOST\` and
\`CLAVIGER_ADMIN_PORT\` say otherwise. The endpoints for applications are in [http-api.md](http-api.md).

The same description for programs is at \`/openapi.json\` (OpenAPI 3.1). From it, tools generate client libraries. On a development
server, \`/docs\` shows it as a page on which you can send requests. The operations have the names of the 2018 SDK of ORY Hydra, which
works unchanged.

- **Bodies** are JSON, and the \`Content-Type\` does not matter. \`null\` counts as absent.
- **Paths.** Percent-encode every value that you put into a path (\`encodeURIComponent\` in JavaScript).
- **Scope.** If the API is guarded by keys, a key needs the scope of the operation. Send it as \`Authorization: Bearer …\`, or in the
  header \`Claviger-Admin-Key\`. Operations without a scope are open to everyone who can reach the port.
- **Methods.** HEAD works where GET does. Another method gets 405 with \`Allow\`, and an unknown path gets 404, both as plain text.`;

const publicIntro = `# The public API

${note}

These are the endpoints for browsers and applications: OAuth 2.0 and OpenID Connect. They listen on port 4444, unless
\`CLAVIGER_PUBLIC_PORT\` says otherwise, below the issuer URL (here \`https://id.example.com\`). Most applications use a
[library](client-libraries.md), which needs only the issuer. What operators and login pages call is in [admin-api.md](admin-api.md).

The same description for programs is at \`/openapi.json\` (OpenAPI 3.1).

- **Forms.** Bodies are forms (\`application/x-www-form-urlencoded\`), except for registration, which takes JSON. A parameter may be
  there only once.
- **Clients** authenticate as they are registered: with HTTP Basic, with \`client_id\` and \`client_secret\` in the form, or with a
  signed assertion in the form. The examples use Basic.
- **Scripts of other sites** can read the documents about the server. The other endpoints allow the origins in
  \`CLAVIGER_CORS_ALLOWED_ORIGINS\`; the authorization endpoint allows none, because browsers navigate there.
- **Methods.** HEAD works where GET does, except for \`/oauth2/auth\` and the logout. Another method gets 405 with \`Allow\`, and an
  unknown path gets 404, as a page in a browser and else as plain text.`;

const errorsIntro = `## Errors

An error is JSON in the shape of [Error](#error):

\`\`\`json
{
  "error": "invalid_request",
  "error_description": "The request is missing a required parameter, …",
  "error_hint": "The parameter \\"grant_type\\" is missing.",
  "status_code": 400
}
\`\`\`

Programs use the status and \`error\`; [errors.md](errors.md) explains every code. \`error_hint\` says what to do, and is for people.
These errors can be the answer to most operations. Each operation below lists the others.`;

const page = (intro, document, operations, base) => {
  const shared = sharedErrorsOf(operations);
  return [
    intro,
    errorsIntro,
    ['| Status | When |', '| --- | --- |', ...shared.map(({ status, when }) => `| ${status} | ${when} |`)].join('\n'),
    renderOperations(operations, shared, base),
    renderSchemas(document, operations),
    '',
  ].join('\n\n');
};

/** Path and text of each page. */
export const apiPages = async () => {
  const documents = await readDocuments();
  const admin = operationsOf(documents.admin).filter(isOfAdminApi);
  return {
    'docs/admin-api.md': page(adminIntro, documents.admin, admin, 'http://127.0.0.1:4445'),
    'docs/http-api.md': page(publicIntro, documents.public, operationsOf(documents.public), 'https://id.example.com'),
  };
};
