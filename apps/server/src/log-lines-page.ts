// Generates docs/log-lines.md from the tables of log lines. `npm run pages` writes the page, and a test compares it.
import { logLines } from './log-lines.ts';

const intro = `# Log lines

<!-- Written by \`npm run pages\` from the tables in packages/http/src/log-lines.ts and apps/server/src/log-lines.ts. Do not edit. -->

The server logs to standard output. On a terminal the lines are text for people; otherwise each line is one JSON object
(\`CLAVIGER_LOG_FORMAT\`). \`CLAVIGER_LOG_LEVEL\` sets the lowest level that is logged. Every line has these members:

| Member | Meaning |
| --- | --- |
| \`level\` | \`debug\`, \`info\`, \`warn\` or \`error\`. |
| \`time\` | RFC 3339, in UTC with milliseconds, such as \`2026-01-31T09:30:00.125Z\`. |
| \`pid\`, \`hostname\` | Process and machine. |
| \`msg\` | The message below. \`{…}\` stands for a text that varies. |

Other members are present where they are known. No line contains a secret, token, code, challenge, cookie or URL of a request. A user
is named by a fingerprint, which does not reveal the user without the system secret. The exception is the line \`audit event\`, which shows the
subject unless \`CLAVIGER_AUDIT_SUBJECT\` is \`fingerprint\` or \`off\`. A \`clientId\`, \`grantType\` or \`hint\` can contain
text that a caller sent.

To find the line of a request, use the request id: it is in the header \`X-Request-Id\` of replies (with the level \`warn\` and no trusted proxies, of errors only), on the error pages, and in the
parameter \`request_id\` of \`CLAVIGER_ERROR_URL\`. The server uses the id from \`X-Request-Id\` of a request that comes from one of the
\`CLAVIGER_TRUSTED_PROXIES\`, if it has 1 to 128 characters, all of them letters, digits or \`. _ ~ + / = : @ -\`.
`;

const cell = (text: string): string => text.replaceAll('|', '\\|');

export const logLinesPage = (): string =>
  [
    intro,
    ...logLines.flatMap(({ message, levels, meaning, members }) => {
      const rows = Object.entries(members).map(([name, text]) => `| \`${name}\` | ${cell(text)} |`);
      const table = rows.length === 0 ? [] : ['| Member | Meaning |', '| --- | --- |', ...rows, ''];
      return [`## ${message}`, '', `Level: ${levels.join(', ')}. ${meaning}`, '', ...table];
    }),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
