// The audit log.
import { duration, mostOfTimers } from '../duration.ts';
import { oneOf, trueOrFalse } from '../parse.ts';
import { preset } from './declare.ts';

export const audit = {
  auditTable: preset(
    'CLAVIGER_AUDIT_TABLE',
    'true',
    trueOrFalse,
    'Keep audit events in the database. With `false` they are only in the log, and rows that exist are neither read nor removed.',
  ),
  auditTokens: preset(
    'CLAVIGER_AUDIT_TOKENS',
    'false',
    trueOrFalse,
    'Store events of issued tokens and refused requests in the audit table too, not only in the log.',
  ),
  auditSubject: preset(
    'CLAVIGER_AUDIT_SUBJECT',
    'plain',
    oneOf('plain', 'fingerprint', 'off'),
    'How audit events show the user: `plain`, the subject; `fingerprint`, the text that other log lines have; `off`, not at all.',
  ),
  auditRetention: preset(
    'CLAVIGER_AUDIT_RETENTION',
    '8760h',
    duration(0),
    'How long events stay in the audit table. 0s keeps them forever.',
  ),
  auditCheckpointInterval: preset(
    'CLAVIGER_AUDIT_CHECKPOINT_INTERVAL',
    '5m',
    duration(1, mostOfTimers),
    'How often one of the nodes writes a checkpoint over all audit chains.',
  ),
};
