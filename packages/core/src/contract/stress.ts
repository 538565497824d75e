// Stress for stores: unusual texts, callers that modify what they passed or received, and concurrent callers.

/** Different texts that a careless database, key scheme or path may treat as equal. */
export const oddTexts: readonly string[] = [
  'plain',
  'Plain',
  'plain ',
  ' plain',
  'pla/in',
  'pla%2Fin',
  'pla:in',
  'pla\\in',
  'pla%',
  'pla_n',
  'pla*',
  '{plain}',
  '"plain"',
  "pl'ain; DROP TABLE clients; --",
  'pla\nin',
  'pla\u200bin',
  'caf\u00e9',
  'cafe\u0301',
  '\u{1f510}\u{10ffff}',
  '\u{1f511}\u{10ffff}',
  '\u202eright-to-left',
  '0',
  '00',
  'null',
  '__proto__',
  'constructor',
  'x'.repeat(8192),
  `${'x'.repeat(8191)}y`,
];

/** Overwrites every writable member of a value, at every depth. */
export const scribbleOn = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return;
  for (const member of Object.keys(value)) {
    scribbleOn(Reflect.get(value, member));
    Reflect.set(value, member, 'scribbled');
  }
  if (Array.isArray(value)) Reflect.set(value, value.length, 'scribbled');
};

/** Starts `callers` calls before any of them can finish. */
export const atOnce = <T>(callers: number, call: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: callers }, (_, index) => call(index)));

/** How often each value occurs. */
export const tally = (values: readonly string[]): Record<string, number> => {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries(counts);
};
