// Health, version and metrics, for the OpenAPI document.
import { json, type Operation, object, text } from '../../openapi/operation.ts';

const tag = 'Server';

const ok = {
  200: {
    description: 'The check passes.',
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
  summary: 'Check that the process answers',
  description: 'Depends on nothing else. Restart a process that fails this check.',
  answers: ok,
};

export const isReady: Operation = {
  id: 'isInstanceReady',
  tag,
  summary: 'Check that the server is ready',
  description: 'Asks every store. Balancers should send requests only to servers that pass this check.',
  answers: {
    ...ok,
    503: {
      description: 'The server is not ready.',
      content: json(notReady, { errors: { tokens: 'The store does not answer.' } }),
    },
  },
};

/** The operation of the public listener. */
export const isReadyInPublic: Operation = {
  ...isReady,
  description:
    'Asks every store. Balancers should send requests only to servers that pass this check. The admin listener says what is wrong.',
  answers: {
    ...ok,
    503: {
      description: 'The server is not ready.',
      content: json(notReady, {
        errors: { server: 'The server is not ready. /health/ready of the admin listener says why.' },
      }),
    },
  },
};

export const healthStatus: Operation = {
  id: 'getHealthStatus',
  tag,
  summary: 'Check that the process answers, at its former path',
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
  summary: 'Read the version',
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
  summary: 'Read the metrics',
  answers: {
    200: {
      description: 'The metrics of all processes of this server, in the text format of Prometheus.',
      content: { 'text/plain': { schema: { type: 'string' } } },
    },
  },
};
