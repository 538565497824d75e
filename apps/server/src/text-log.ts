// Turns the logger's JSON lines into lines for people. Machines get the JSON as it is.

const levels: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

/** Members that say nothing to a person, or are shown in their own place. */
const hidden = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'reqId', 'err']);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** No control character of a request may forge a line or reach the terminal. */
const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, escaped);

const shown = (value: unknown): string => printable(typeof value === 'string' ? value : JSON.stringify(value));

/** A stack is several lines; what an error says in them may come from anywhere. */
const linesOf = (stack: string): string => stack.split('\n').map(printable).join('\n');

/** `showPid` where lines of several processes run together. */
export const formatLogLine = (line: string, showPid = false): string => {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return line;
  }
  if (!isObject(entry)) return line;
  const time = typeof entry.time === 'number' ? new Date(entry.time).toISOString().slice(11, 23) : '';
  const level = levels[Number(entry.level)] ?? '';
  const pid = showPid ? `${shown(entry.pid ?? '')} ` : '';
  const members = Object.entries(entry).filter(([name]) => !hidden.has(name));
  const details = members.map(([name, value]) => ` ${name}=${shown(value)}`).join('');
  const stack = isObject(entry.err) ? `\n${linesOf(String(entry.err.stack ?? entry.err.message ?? ''))}` : '';
  return `${time} ${pid}${level.padEnd(5)} ${shown(entry.msg ?? '')}${details}${stack}\n`;
};
