// Log lines of a process that serves nothing itself, in the form of those that the serving ones write.
import { hostname } from 'node:os';
import type { Config } from './config.ts';

export interface ProcessLog {
  error(details: object, message: string): void;
}

const severities: Readonly<Record<string, number>> = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 };

export const makeProcessLog = ({ log }: Pick<Config, 'log'>, writeLog: (line: string) => void): ProcessLog => {
  const least = severities[log.level] ?? Number.POSITIVE_INFINITY;
  const write = (level: number, details: object, msg: string): void => {
    if (level < least) return;
    const line = { level, time: Date.now(), pid: process.pid, hostname: hostname(), ...details, msg };
    writeLog(`${JSON.stringify(line)}\n`);
  };
  return { error: (details, message) => write(50, details, message) };
};
