// Traces, seen by a receiver of OTLP over HTTP: one code flow on two workers is a tree of spans for each request, and no span
// holds a secret.
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { layoutsFor } from './support/layouts.ts';
import { Nodes } from './support/nodes.ts';
import { RoamingBrowser, redeem, register } from './support/roaming-flow.ts';
import { runServer, startServer } from './support/start-server.ts';

const layouts = layoutsFor(t);

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  /** service.instance.id */
  readonly instance: string;
}

interface Attributed {
  readonly attributes: Span['attributes'];
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: Attributed;
    readonly scopeSpans: readonly { readonly spans: readonly Omit<Span, 'instance'>[] }[];
  }[];
}

const attribute = ({ attributes }: Attributed, name: string): unknown =>
  Object.values(attributes.find(({ key }) => key === name)?.value ?? {})[0];

const receiver = async (t: Test) => {
  const spans: Span[] = [];
  let raw = '';
  const server = createServer(async (request, reply) => {
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += part;
    raw += text;
    for (const { resource, scopeSpans } of (JSON.parse(text) as Export).resourceSpans) {
      const instance = String(attribute(resource, 'service.instance.id'));
      spans.push(...scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, instance }))));
    }
    reply.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, spans, raw: () => raw };
};

t.test('a code flow on two workers is traced, below the trace of the caller, and without secrets', async (t) => {
  const { url, spans, raw } = await receiver(t);
  const settings = {
    ...(await layouts.settings('Postgres alone')),
    CLAVIGER_WORKERS: '2',
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  };
  const nodes = await Nodes.start(t, settings, [{}]);
  const client = await register(nodes, 'shop');
  const browser = new RoamingBrowser(nodes);
  const challenge = await browser.begin(client);
  const consent = await browser.answer('login', challenge, { subject: 'anna' });
  const consentChallenge = consent.searchParams.get('consent_challenge') ?? '';
  const callback = await browser.answer('consent', consentChallenge, { grant_scope: ['openid', 'offline'] });
  const code = callback.searchParams.get('code') ?? '';
  const tokens = await redeem(nodes, client, code);
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await nodes.send({
    listener: 'public',
    path: '/userinfo',
    init: {
      headers: {
        authorization: `Bearer ${tokens.access_token}`,
        traceparent: `00-${traceId}-b7ad6b7169203331-01`,
      },
    },
  });
  // Each connection goes to the next worker. The second one may still be starting.
  const instances = () => new Set(spans.map(({ instance }) => instance));
  while (instances().size < 2) {
    const [reply] = (await once(get(`${nodes.server(0).adminUrl}/version`, { agent: false }), 'response')) as [
      IncomingMessage,
    ];
    reply.resume();
  }
  // The node sends what is left when it stops.
  await nodes.leave(0);

  const named = (name: string): Span => {
    const span = spans.find((one) => one.name === name);
    if (!span) throw new Error(`There is no span ${name} among ${spans.map((one) => one.name).join(', ')}.`);
    return span;
  };
  const childrenOf = (parent: Span) =>
    spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId).map(({ name }) => name);

  const token = named('POST /oauth2/token');
  t.notOk(token.parentSpanId, 'a request without traceparent begins a trace');
  t.equal(attribute(token, 'http.route'), '/oauth2/token');
  t.equal(Number(attribute(token, 'http.response.status_code')), 200);
  t.strictSame(childrenOf(token), ['tokens.authenticateClient', 'tokens.runGrant']);
  const redeemed = named('tokens.redeemCode');
  t.ok(childrenOf(named('tokens.runGrant')).includes('tokens.redeemCode'));
  t.equal(attribute(redeemed, 'db.system.name'), 'postgresql');
  t.equal(attribute(redeemed, 'db.operation.name'), 'redeemCode');
  t.ok(childrenOf(named('authorize.beginAuthorization')).includes('flows.create'));

  const userinfo = named('GET /userinfo');
  t.match(userinfo, { traceId, parentSpanId: 'b7ad6b7169203331' });
  t.ok(raw().includes('deployment.environment.name'), 'standard variables of resources count');
  t.notOk(
    spans.some(({ name }) => name === 'flows.noteWaiting'),
    'background jobs are not traced',
  );
  const { access_token, refresh_token, id_token } = tokens;
  const secrets = { challenge, consentChallenge, code, secret: client.secret, access_token, refresh_token, id_token };
  for (const [name, secret] of Object.entries({ ...secrets, subject: 'anna' })) t.notOk(raw().includes(secret), name);
});

t.test('the log says when spans cannot be exported, and when they can be again', async (t) => {
  let exports = 0;
  let status = 400;
  const collector = createServer((request, reply) => {
    request.resume().on('end', () => {
      exports += 1;
      reply.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  t.teardown(() => collector.close());
  const settings = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    OTEL_BSP_SCHEDULE_DELAY: '50',
  };
  const { adminUrl, output, stop } = await startServer(t, { settings });
  const trafficUntil = async (isEnough: () => boolean) => {
    while (!isEnough()) await (await fetch(`${adminUrl}/version`)).text();
  };
  const lost = 'spans could not be exported and are lost';
  await trafficUntil(() => output().includes(lost) && exports > 3);
  status = 200;
  await trafficUntil(() => output().includes('spans are exported again'));
  await stop();
  t.equal(output().split(lost).length, 2, 'once, although several exports failed');
});

t.test('an exporter or protocol that this server does not have is refused at start', async (t) => {
  const refused = async (settings: Record<string, string>) => {
    const { exited, output } = runServer(t, { CLAVIGER_DSN: 'sqlite::memory:', ...settings });
    return { code: (await exited).code, output: output() };
  };
  t.match(await refused({ OTEL_TRACES_EXPORTER: 'jaeger' }), { code: 2, output: /OTEL_TRACES_EXPORTER must be/ });
  const grpc = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
  t.match(await refused(grpc), { code: 2, output: /OTEL_EXPORTER_OTLP_PROTOCOL must be/ });
});
