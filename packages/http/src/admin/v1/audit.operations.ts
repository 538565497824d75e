// The operation on the audit table, for the OpenAPI document.
import { json, type Operation, object, text } from '../../openapi/operation.ts';

const eventSchema = {
  ...object(
    'AuditEvent',
    'What happened. docs/audit.md lists the types and their members.',
    {
      id: text('The event’s id, also in the log.'),
      time: text('RFC 3339, UTC.'),
      type: text('What happened.'),
      outcome: text('`done` or `refused`.'),
      client_id: text('The client.'),
      subject: text('The person, as `CLAVIGER_AUDIT_SUBJECT` shows them.'),
      chain: text('The chain of the process that wrote the event.'),
      sequence: { type: 'integer', description: 'The place in the chain.' },
    },
    ['time', 'type', 'chain', 'sequence'],
  ),
  additionalProperties: true,
};

export const listAuditEvents: Operation = {
  id: 'listAuditEvents',
  tag: 'Audit',
  summary: 'List audit events',
  description: 'Newest first. Only where the store of clients is an SQL database.',
  query: [
    { name: 'type', description: 'Types, separated by commas.', schema: { type: 'string' } },
    { name: 'client_id', description: 'The client.', schema: { type: 'string' } },
    { name: 'subject', description: 'The person, as the login app named them.', schema: { type: 'string' } },
    { name: 'since', description: 'RFC 3339, inclusive.', schema: { type: 'string', format: 'date-time' } },
    { name: 'until', description: 'RFC 3339, exclusive.', schema: { type: 'string', format: 'date-time' } },
    {
      name: 'page_size',
      description: 'Maximum number of events: 100 by default.',
      schema: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
    },
    { name: 'page_token', description: '`next_page_token` of the page before.', schema: { type: 'string' } },
  ],
  answers: {
    200: {
      description: 'One page.',
      content: json(
        object(
          'AuditEvents',
          'A page of audit events.',
          {
            events: { type: 'array', items: eventSchema, description: 'Newest first.' },
            next_page_token: text('For the next page. Absent on the last one.'),
          },
          ['events'],
        ),
        {
          events: [
            {
              id: 'k3Jf-7',
              time: '2026-11-27T21:05:15.000Z',
              type: 'OAuth2ClientCreated',
              outcome: 'done',
              client_id: 'shop',
              request_id: 'a1b2c3-4',
              address: '192.0.2.1',
              chain: 'tB0m0Qf3n0mXo0n1w2Yb5Q',
              sequence: 7,
            },
          ],
        },
      ),
    },
  },
  errors: {
    400: '`invalid_request`: a query parameter is not valid; the hint names it.',
    404: 'There is no audit table.',
  },
};
