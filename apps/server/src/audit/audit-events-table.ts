// The generated part of docs/audit.md: every type of event.
import { eventKinds } from '@claviger/core';

const kept = {
  act: 'log and table',
  refusal: 'log and table',
  token: 'log; table with `CLAVIGER_AUDIT_TOKENS`',
} as const;

export const auditEventsTable = (): string => {
  const rows = Object.entries(eventKinds).flatMap(([type, { lane, outcome, meaning }]) =>
    lane === 'metric' ? [] : [`| \`${type}\` | ${outcome} | ${kept[lane]} | ${meaning} |\n`],
  );
  return `| Type | Outcome | Kept in | Meaning |\n| --- | --- | --- | --- |\n${rows.join('')}`;
};

const begin = '<!-- Generated: npm run pages -->\n\n';
const end = '\n<!-- End of the generated part -->';

/** Returns the page with its generated part replaced. Throws if the page has no such part. */
export const withEventsTable = (page: string): string => {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error('docs/audit.md has lost the marks of its generated part.');
  return `${page.slice(0, from)}${begin}${auditEventsTable()}${page.slice(to)}`;
};
