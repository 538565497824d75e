// Log lines that the process itself writes, in the same form as those of the listeners.
import { hostname } from 'node:os';
import type { Config } from './config.ts';

export interface ProcessLog {
  error(details: object, message: string): void;
  warn(details: object, message: string): void;
  info(details: object, message: string): void;
}

type LogLevel = 'info' | 'warn' | 'error';

const severities: Readonly<Record<string, number>> & Record<LogLevel, number> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
};

const jsonLine = (level: LogLevel, details: object, msg: string): string =>
  `${JSON.stringify({ level, time: new Date().toISOString(), pid: process.pid, hostname: hostname(), ...details, msg })}\n`;

/** JSON, complete with its line feed. */
export const warningLine = (details: object, message: string): string => jsonLine('warn', details, message);

export const makeProcessLog = ({ log }: Pick<Config, 'log'>, writeLog: (line: string) => void): ProcessLog => {
  const least = severities[log.level] ?? Number.POSITIVE_INFINITY;
  const write = (level: LogLevel, details: object, msg: string): void => {
    if (severities[level] >= least) writeLog(jsonLine(level, details, msg));
  };
  return {
    error: (details, message) => write('error', details, message),
    warn: (details, message) => write('warn', details, message),
    info: (details, message) => write('info', details, message),
  };
};
