// Every line that this package logs. docs/log-lines.md is generated from this table and that of the server.

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogLine {
  readonly levels: readonly LogLevel[];
  /** `{name}` stands for a text that varies. */
  readonly message: string;
  readonly meaning: string;
  /** Beside time, level, pid and hostname. */
  readonly members: Readonly<Record<string, string>>;
}

const requestId = 'Id of the request during which it was noticed.';

export const httpLogLines = {
  request: {
    levels: ['info', 'warn', 'debug'],
    message: 'request',
    meaning:
      'A request was answered. `warn`: credentials were refused, or a rate limit was exceeded. `debug`: health checks and scrapes of the metrics.',
    members: {
      requestId: 'From `X-Request-Id` of a trusted proxy, otherwise generated. Also in the reply, in `X-Request-Id`.',
      listener: '`public` or `admin`.',
      method: 'HTTP method.',
      route:
        'Pattern of the path, such as `/clients/:id`; `unknown` if no route matches. The URL itself is never logged.',
      status: 'HTTP status.',
      ms: 'Milliseconds from the arrival of the headers to the end of the reply.',
      address: 'Address of the client, as trusted proxies report it.',
      scheme: '`https` or `http`, as trusted proxies report it. Only with `CLAVIGER_TRUSTED_PROXIES`.',
      clientId: 'Client that the request names. It may have been refused, or may not exist.',
      grantType: 'Value of `grant_type`.',
      error: 'Error code of a refused or failed request, also when it is sent with a redirect.',
      hint: 'Hint of the error, at most 300 characters.',
      subject: 'Fingerprint of the user: the same for each request of the user. It changes with the system secret.',
    },
  },
  failed: {
    levels: ['error'],
    message: 'request failed',
    meaning: 'An unexpected error: a defect in the server, or in a database. Each one is logged.',
    members: { err: 'Type, message, code and stack of the error and its causes.', requestId },
  },
  outage: {
    levels: ['error'],
    message: 'a store does not answer',
    meaning: 'A database cannot be reached. Logged when the outage begins, and again each minute.',
    members: {
      reason: 'Messages of the error and its causes.',
      repeated: 'Failures since the previous line.',
      requestId,
    },
  },
  recovered: {
    levels: ['info'],
    message: 'the stores answer again',
    meaning: 'The outage is over.',
    members: {},
  },
  malformed: {
    levels: ['debug'],
    message: 'malformed request',
    meaning: 'Bytes that are not an HTTP request, or that arrived too slowly.',
    members: { code: 'Error code of the HTTP parser.', status: 'HTTP status of the reply.' },
  },
  shortSecret: {
    levels: ['warn'],
    message: 'client_secret has fewer than 16 bytes: leave it out to have a strong one generated',
    meaning: 'An administrator chose a short secret for a client. It is stored, but may be guessed.',
    members: { clientId: 'The client.' },
  },
} as const satisfies Record<string, LogLine>;
