// Every line that the server logs, in addition to those of the listeners. docs/log-lines.md is generated from both
// tables.
import { httpLogLines, type LogLine } from '@claviger/http';

const ports = 'Names of the ports that the database serves.';
const err = 'Type, message, code and stack of the error and its causes.';

const serverLogLines = {
  warning: {
    levels: ['warn'],
    message: 'setting to check',
    meaning: 'At start: a setting that works but may be unsafe or unintended.',
    members: { warning: 'What to check.' },
  },
  listening: {
    levels: ['info'],
    message: 'Server listening at {address}',
    meaning: 'A listener accepts connections and can serve requests.',
    members: {},
  },
  portOpen: {
    levels: ['info'],
    message: 'Port open at {address}; the server is not ready yet',
    meaning:
      'A listener accepts connections. Until `ready`, only health checks, the metrics and the version are answered.',
    members: {},
  },
  ready: {
    levels: ['info'],
    message: 'ready',
    meaning: 'The process serves requests. On a terminal, a greeting is shown instead.',
    members: { issuer: 'Issuer URL.', public: 'Host and port.', admin: 'Host and port, or the path of the socket.' },
  },
  storeUnusable: {
    levels: ['error'],
    message: 'store cannot be used',
    meaning: 'At start: a database does not answer, or its schema does not fit. The server keeps trying.',
    members: { ports, problem: 'What to do.', reason: 'Messages of the error and its causes.', err },
  },
  storeUsable: {
    levels: ['info'],
    message: 'store can be used',
    meaning: 'At start: the problem that was logged before is solved.',
    members: { ports },
  },
  migrated: {
    levels: ['info'],
    message: 'database schema brought up to date',
    meaning: 'The server applied migrations at start (`CLAVIGER_AUTO_MIGRATE`).',
    members: { migrated: 'Names of the migrations.' },
  },
  declarationApplied: {
    levels: ['info'],
    message: 'declaration applied',
    meaning: 'At start: a record was created, changed or marked, as [the files](from-files.md) declare it.',
    members: {
      kind: 'Its kind, such as `clients`.',
      id: 'Its id.',
      action: '`create`, `update` or `adopt`.',
      members: 'Names of the members that were set.',
    },
  },
  declarationNotApplied: {
    levels: ['warn'],
    message: 'declaration not applied, because the record has just been changed',
    meaning: 'At start: an administrator or another node changed the record at the same time. Its change stays.',
    members: { kind: 'Its kind, such as `clients`.', id: 'Its id.' },
  },
  declarationsWait: {
    levels: ['error'],
    message: 'declarations cannot be applied; the server keeps trying',
    meaning: 'At start: a store does not answer. Logged once.',
    members: { reason: 'Messages of the error and its causes.' },
  },
  noSigningKeys: {
    levels: ['error'],
    message: 'signing keys could not be created; the first request that needs one will try again',
    meaning: 'At start: a key could not be created or stored.',
    members: { err },
  },
  keysPublished: {
    levels: ['info'],
    message: 'new signing keys published; they will sign later',
    meaning: 'Key rotation created keys.',
    members: { keys: 'Key ids.' },
  },
  keysRemoved: {
    levels: ['info'],
    message: 'retired signing keys removed',
    meaning: 'Key rotation removed keys whose tokens have all expired.',
    members: { keys: 'Key ids.' },
  },
  certificateReloaded: {
    levels: ['info'],
    message: 'TLS certificate reloaded',
    meaning: 'The files of a certificate changed. New connections use the new one.',
    members: { file: 'Path of the certificate.', validTo: 'When it expires.' },
  },
  certificateUnusable: {
    levels: ['error'],
    message: 'TLS certificate cannot be reloaded',
    meaning: 'The files of a certificate changed and cannot be used. The listener keeps the certificate that it has.',
    members: { reason: 'The file, and what is wrong with it.' },
  },
  cleaned: {
    levels: ['info'],
    message: 'expired rows removed',
    meaning: 'The cleaner removed rows from the databases.',
    members: { removed: 'Rows of each kind.' },
  },
  roundFailed: {
    levels: ['error'],
    message: '{work} failed; will be retried in the next round',
    meaning:
      'Work in the background failed: cleaning, key rotation, counting pending flows, or the upkeep of the audit table.',
    members: { reason: 'A database does not answer: messages of the error and its causes.', err },
  },
  auditEvent: {
    levels: ['info'],
    message: 'audit event',
    meaning: 'Something happened that matters to security: see [the audit log](audit.md).',
    members: { audit: 'Always `true`.', event: 'The event, with the members of the admin API.' },
  },
  auditNotStored: {
    levels: ['error'],
    message: 'audit events could not be stored; the server keeps trying',
    meaning: 'The audit table could not be written. Logged once by each process.',
    members: { reason: 'Messages of the error and its causes.' },
  },
  auditSuspect: {
    levels: ['error'],
    message: 'old audit events were not removed, because they are not genuine',
    meaning:
      'Somebody may have changed the audit table: run `claviger audit verify`. Each process logs each chain once.',
    members: { chains: 'Chains whose oldest events stay.' },
  },
  spansLost: {
    levels: ['warn'],
    message: 'spans could not be exported and are lost',
    meaning: 'The collector of [traces](traces.md) does not answer or refuses them. Logged once until it works again.',
    members: { reason: 'Messages of the error and its causes.' },
  },
  spansExported: {
    levels: ['info'],
    message: 'spans are exported again',
    meaning: 'The collector of [traces](traces.md) accepts spans again.',
    members: {},
  },
  stopping: {
    levels: ['info'],
    message: 'stopping',
    meaning: 'The process received a signal to stop.',
    members: { signal: 'Name of the signal.', drainDelay: 'Seconds for which it still accepts requests.' },
  },
  workerDied: {
    levels: ['error'],
    message: 'a worker died; starting another one',
    meaning: 'A process that serves requests ended unexpectedly.',
    members: { worker: 'Process id.', code: 'Exit code.', delay: 'Milliseconds until another one starts.' },
  },
  workerLost: {
    levels: ['error'],
    message: 'a worker cannot be reached',
    meaning: 'A process could not be started, or died while a message was sent to it.',
    members: { reason: 'Message of the error.', worker: 'Process id.' },
  },
  ratesNotShared: {
    levels: ['warn'],
    message: 'rate limits are not shared: Redis does not answer',
    meaning: 'Each process counts requests alone until Redis answers again. Logged at most once a minute.',
    members: { reason: 'Messages of the error and its causes.' },
  },
  linesLost: {
    levels: ['warn'],
    message: 'log lines could not be written',
    meaning: 'The log could not be written for a while, and is written again.',
    members: { lines: 'How many lines are missing.', reason: 'Error code of the system, or `slow reader`.' },
  },
} as const satisfies Record<string, LogLine>;

export const logLines: readonly LogLine[] = [...Object.values(httpLogLines), ...Object.values(serverLogLines)];

/** The line with this message. Undefined if there is none. */
export const findLogLine = (message: string): LogLine | undefined =>
  logLines.find((line) => patternOf(line).test(message));

const patternOf = ({ message }: LogLine): RegExp =>
  new RegExp(`^${message.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{\w+\}/g, '.+')}$`, 's');
