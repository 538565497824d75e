// The secret, the processes and their log.
import { duration, mostOfTimers } from '../duration.ts';
import { anyText, logFormat, oneOf, systemSecrets, wholeNumber } from '../parse.ts';
import { optional, preset } from './declare.ts';

const timer = duration(1, mostOfTimers);

export const process = {
  systemSecrets: optional(
    'CLAVIGER_SYSTEM_SECRET',
    systemSecrets,
    'Secret that signs tokens and cookies and encrypts stored keys; at least 16 bytes. With several, separated by commas, the first is used and the others still verify. Required outside development; in development one is generated and kept in the data folder.',
    true,
  ),
  dataFolder: preset(
    'CLAVIGER_DATA_DIR',
    '.claviger',
    anyText,
    'Data folder, relative to the current folder. Created if it does not exist.',
  ),
  workers: optional(
    'CLAVIGER_WORKERS',
    wholeNumber(1, 256),
    'Number of processes that share the two ports. Default: one if any store is SQLite, otherwise the number of processors.',
  ),
  apply: optional(
    'CLAVIGER_APPLY',
    anyText,
    'File or folder of declared clients, relative to the current folder. Each node applies it at start, before it serves requests: see [clients from files](from-files.md).',
  ),
  cleanerInterval: preset(
    'CLAVIGER_CLEANER_INTERVAL',
    '1m',
    duration(0, mostOfTimers),
    'How often expired rows are removed, by one node at a time. 0s turns this off.',
  ),
  shutdownTimeout: preset(
    'CLAVIGER_SHUTDOWN_TIMEOUT',
    '30s',
    timer,
    'How long running requests may take to finish after SIGTERM. Then they are aborted, and the exit code is 1.',
  ),
  drainDelay: optional(
    'CLAVIGER_DRAIN_DELAY',
    duration(0, mostOfTimers),
    'How long the server keeps accepting requests after SIGTERM while `/health/ready` answers 503, so that load balancers stop sending requests first. Default: 5s, or 0s with a loopback issuer.',
  ),
  logLevel: preset(
    'CLAVIGER_LOG_LEVEL',
    'info',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    'Minimum level to log: fatal, error, warn, info, debug, trace, or silent.',
  ),
  logFormat: preset(
    'CLAVIGER_LOG_FORMAT',
    'auto',
    logFormat,
    '`json`: one JSON object per line. `pretty`: text for people. `auto`: `pretty` if standard output is a terminal, otherwise `json`. See [log lines](log-lines.md). The former value `text` still works, and means `pretty`.',
  ),
};
