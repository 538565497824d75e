// Health, version and metrics, for the OpenAPI document.
import { json, type Operation, object, text } from '../../openapi/operation.ts';

const tag = 'Server';

const ok = {
  200: {
    description: 'Yes.',
    content: json(object('HealthStatus', 'The server is well.', { status: text('`ok`') }, ['status']), {
      status: 'ok',
    }),
  },
};

const notReady = object(
  'HealthNotReadyStatus',
  'Why the server is not ready, by the part that is not.',
  { errors: { type: 'object', additionalProperties: { type: 'string' } } },
  ['errors'],
);

export const isAlive: Operation = {
  id: 'isInstanceAlive',
  tag,
  summary: 'Does the process answer',
  description: 'Looks at nothing else, so it is the check after which a process is restarted.',
  answers: ok,
};

export const isReady: Operation = {
  id: 'isInstanceReady',
  tag,
  summary: 'Can the server do its work',
  description: 'Asks every store. Balancers send requests only to servers that are ready.',
  answers: {
    ...ok,
    503: {
      description: 'Not now.',
      content: json(notReady, { errors: { tokens: 'The store does not answer.' } }),
    },
  },
};

export const healthStatus: Operation = {
  id: 'getHealthStatus',
  tag,
  summary: 'The former path of the check that the process answers',
  answers: {
    308: {
      description: 'Use `/health/alive`.',
      headers: { Location: 'The path of the check.' },
      content: { 'text/html': { schema: { type: 'string' } } },
    },
  },
};

export const getVersion: Operation = {
  id: 'getVersion',
  tag,
  summary: 'The version of the server',
  answers: {
    200: {
      description: 'The version.',
      content: json(
        object('Version', 'The version of the server.', { version: text('Such as `0.1.0`.') }, ['version']),
        {
          version: '0.1.0',
        },
      ),
    },
  },
};

export const getMetrics: Operation = {
  id: 'getPrometheusMetrics',
  tag,
  summary: 'Metrics for Prometheus',
  answers: {
    200: {
      description: 'The metrics of all processes of this server, in the text format of Prometheus.',
      content: { 'text/plain': { schema: { type: 'string' } } },
    },
  },
};
