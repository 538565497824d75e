// Turns the logger's JSON lines into lines for people.

/** ANSI colours (ECMA-48 §8.3.117). The other levels have the terminal's default colour. */
const colors: Readonly<Record<string, number>> = { trace: 90, debug: 90, warn: 33, error: 31, fatal: 31 };

export interface Look {
  /** Shows the process id, for logs of several processes. Default false. */
  readonly showPid?: boolean;
  /** Default false. */
  readonly colors?: boolean;
}

/** Members that do not help a person, or that are shown elsewhere in the line. */
const hidden = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'reqId', 'err']);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** No control character of a request may forge a line or reach the terminal. */
const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this pattern must match them
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, escaped);

const shown = (value: unknown): string => printable(typeof value === 'string' ? value : JSON.stringify(value));

/** A stack has several lines, and an error message in it may contain text from outside. */
const linesOf = (stack: string): string => stack.split('\n').map(printable).join('\n');

const levelOf = (level: unknown, colored: boolean): string => {
  const text = shown(level ?? '')
    .toUpperCase()
    .padEnd(5);
  const color = colored && typeof level === 'string' ? colors[level] : undefined;
  return color === undefined ? text : `\u001b[${color}m${text}\u001b[39m`;
};

export const formatLogLine = (line: string, look: Look = {}): string => {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return line;
  }
  if (!isObject(entry)) return line;
  const time = shown(entry.time ?? '').slice('2026-01-01T'.length, -1);
  const level = levelOf(entry.level, look.colors === true);
  const pid = look.showPid ? `${shown(entry.pid ?? '')} ` : '';
  const members = Object.entries(entry).filter(([name]) => !hidden.has(name));
  const details = members.map(([name, value]) => ` ${name}=${shown(value)}`).join('');
  const stack = isObject(entry.err) ? `\n${linesOf(String(entry.err.stack ?? entry.err.message ?? ''))}` : '';
  return `${time} ${pid}${level} ${shown(entry.msg ?? '')}${details}${stack}\n`;
};
