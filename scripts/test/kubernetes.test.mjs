// The Helm chart and the manifests of docs/kubernetes.md: they fit the schemas of Kubernetes, and their settings are valid. Nothing is
// installed on a cluster.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import t from 'tap';
import { parseAllDocuments } from 'yaml';
import { readConfig } from '../../apps/server/dist/src/config.js';
import { deploymentTools, tryToFetch } from '../server-binaries.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const read = (path) => readFileSync(join(root, path), 'utf8');
const documents = (text) =>
  parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter((content) => content !== null);

const helm = tryToFetch(deploymentTools.helm);
const schemas = tryToFetch(deploymentTools.kubernetesSchemas);
const missing = helm.missing ?? schemas.missing;
for (const reason of new Set([helm.missing, schemas.missing])) if (reason) t.comment(reason);

const kubernetesVersions = ['1.25', '1.37'];
const chart = 'deploy/helm/claviger';
const plain = { issuer: 'https://id.example.com' };
const everything = {
  ...plain,
  settings: {
    CLAVIGER_LOGIN_URL: 'https://login.example.com/',
    CLAVIGER_CONSENT_URL: 'https://login.example.com/consent',
    CLAVIGER_MAX_PENDING_FLOWS: 2_000_000,
    CLAVIGER_METRICS: false,
  },
  trustedProxies: ['10.0.0.0/8', '192.168.0.0/16'],
  adminAllowedHosts: ['admin.internal.example.com'],
  imagePullSecrets: [{ name: 'registry' }],
  tlsSecretName: 'id-tls',
  ingress: { enabled: true, className: 'nginx', tlsSecretName: 'id-tls', annotations: { owner: 'identity' } },
  networkPolicy: { enabled: true, adminFrom: [{ podSelector: { matchLabels: { app: 'pages' } } }] },
  service: { type: 'LoadBalancer', annotations: { owner: 'identity' } },
  podAnnotations: { 'example.com/team': 'identity' },
  nodeSelector: { disk: 'fast' },
  tolerations: [{ key: 'identity', operator: 'Exists' }],
  affinity: { nodeAffinity: {} },
};

/** The keys of the Secret that the operator makes. */
const secret = {
  CLAVIGER_SYSTEM_SECRET: '5f0c36a1b97d4e2f8a1c7e9d3b6f2a4c',
  CLAVIGER_ADMIN_KEY: 'c41f8e7a92b35d60e1f7a8b4d2c90e36',
  CLAVIGER_DSN: 'postgres://claviger:a-password@db.internal/claviger',
};

const runHelm = (t, command, values, ...more) => {
  const file = join(t.testdir(), 'values.json');
  writeFileSync(file, JSON.stringify(values));
  const args = [...command, chart, '--kube-version', `${kubernetesVersions[0]}.0`, '--values', file, ...more];
  return spawnSync(helm.path, args, { cwd: root, encoding: 'utf8' });
};

const render = (t, values) => {
  const { status, stdout, stderr } = runHelm(t, ['template', 'claviger'], values, '--namespace', 'auth');
  if (status !== 0) throw new Error(stderr);
  return documents(stdout);
};

const find = (objects, kind, name = 'claviger') =>
  objects.find((object) => object.kind === kind && object.metadata.name === name);

/** deployment-apps-v1, as the files of the schemas are named. */
const schemaName = ({ apiVersion, kind }) => {
  const [version, group] = apiVersion.split('/').reverse();
  return [kind.toLowerCase(), ...(group ? [group.split('.')[0]] : []), version].join('-');
};

const ajvs = new Map(
  schemas.missing
    ? []
    : kubernetesVersions.map((version) => [
        version,
        new Ajv2020({ strict: false, allErrors: true, validateFormats: false }),
      ]),
);

const readSchema = (version, name) =>
  JSON.parse(readFileSync(join(schemas.path, `v${version}.0-local-strict`, `${name}.json`), 'utf8'));
for (const [version, ajv] of ajvs) ajv.addSchema(readSchema(version, '_definitions'));

const validatorFor = (object, version) => {
  const schema = readSchema(version, schemaName(object));
  const ajv = ajvs.get(version);
  return ajv.getSchema(schema.$id) ?? ajv.compile(schema);
};

const mistakesIn = (object, version) => {
  const validate = validatorFor(object, version);
  validate(object);
  return validate.errors ?? [];
};

const fitsSchemas = (t, objects) => {
  for (const version of kubernetesVersions) {
    for (const object of objects)
      t.strictSame(mistakesIn(object, version), [], `${object.kind} ${object.metadata.name}, Kubernetes ${version}`);
  }
};

/** The environment of the first container. The files of a certificate exist only in a pod. */
const environmentOf = ({ spec }) => {
  const [{ env = [] }] = spec.template.spec.containers;
  const entries = env.filter(({ name }) => !name.includes('_TLS_')).map(({ name, value }) => [name, value]);
  return { ...secret, ...Object.fromEntries(entries) };
};

/** What holds for each pod: it stops in time, and only its volumes can be written. */
const isHardened = (t, { spec: { template } }) => {
  const { containers, ...pod } = template.spec;
  t.equal(pod.enableServiceLinks, false);
  for (const { securityContext } of containers) {
    t.equal(pod.securityContext.runAsNonRoot, true);
    t.match(securityContext, { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
    t.strictSame(securityContext.capabilities, { drop: ['ALL'] });
  }
};

const portsExist = (t, { spec: { template } }) => {
  const [{ ports, readinessProbe, livenessProbe }] = template.spec.containers;
  const names = ports.map(({ name }) => name);
  for (const { httpGet } of [readinessProbe, livenessProbe]) t.ok(names.includes(httpGet.port), httpGet.path);
  return names;
};

t.test('helm lint finds nothing in the chart', { skip: helm.missing }, async (t) => {
  for (const values of [plain, everything]) {
    const { status, stdout, stderr } = runHelm(t, ['lint', '--strict', '--quiet'], values);
    t.equal(`${stdout}${stderr}`.trim(), '');
    t.equal(status, 0);
  }
});

t.test('what the chart renders fits the schemas of Kubernetes', { skip: missing }, async (t) => {
  fitsSchemas(t, render(t, plain));
  const objects = render(t, everything);
  fitsSchemas(t, objects);
  t.strictSame(objects.map(({ kind }) => kind).sort(), [
    'Deployment',
    'Ingress',
    'Job',
    'NetworkPolicy',
    'PodDisruptionBudget',
    'Service',
    'Service',
  ]);
});

t.test('the schemas refuse misspelt fields', { skip: schemas.missing }, async (t) => {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' }, spec: { ports: [{ port: 80 }] } };
  for (const version of kubernetesVersions) {
    t.strictSame(mistakesIn(service, version), []);
    t.match(mistakesIn({ ...service, spec: { ports: [{ prt: 80 }] } }, version), [{ instancePath: '/spec/ports/0' }]);
  }
});

t.test('the pods and Services of the chart belong together', { skip: helm.missing }, async (t) => {
  for (const values of [plain, everything]) {
    const objects = render(t, values);
    const [deployment, job] = [find(objects, 'Deployment'), find(objects, 'Job', 'claviger-migrate')];
    for (const workload of [deployment, job]) isHardened(t, workload);
    const names = portsExist(t, deployment);
    const labels = (workload) => Object.entries(workload.spec.template.metadata.labels).map(String);
    const services = objects.filter(({ kind }) => kind === 'Service');
    for (const { spec, metadata } of services) {
      const selected = Object.entries(spec.selector).map(String);
      t.ok(
        selected.every((label) => labels(deployment).includes(label)),
        `${metadata.name} selects the nodes`,
      );
      t.notOk(
        selected.every((label) => labels(job).includes(label)),
        'and not the Job',
      );
      for (const { targetPort } of spec.ports) t.ok(names.includes(targetPort));
    }
    t.match(job.metadata.annotations['helm.sh/hook'], 'pre-install,pre-upgrade');
    t.strictSame(job.spec.template.spec.containers[0].args, ['migrate', 'up']);
  }
});

t.test('the server accepts the settings that the chart gives to it', { skip: helm.missing }, async (t) => {
  t.equal(readConfig(environmentOf(find(render(t, plain), 'Deployment'))).issuer, 'https://id.example.com');
  const environment = environmentOf(find(render(t, everything), 'Deployment'));
  t.match(environment, { CLAVIGER_MAX_PENDING_FLOWS: '2000000', CLAVIGER_METRICS: 'false', CLAVIGER_WORKERS: '1' });
  t.match(environment.CLAVIGER_ADMIN_ALLOWED_HOSTS, /^claviger-admin,claviger-admin\.auth,.*,admin\.internal/);
  t.equal(environment.CLAVIGER_TRUSTED_PROXIES, '10.0.0.0/8,192.168.0.0/16');
  const config = readConfig(environment);
  t.strictSame(config.warnings, []);
  const { drainDelay, shutdownTimeout } = config;
  const grace = find(render(t, plain), 'Deployment').spec.template.spec.terminationGracePeriodSeconds;
  t.ok(grace > drainDelay + shutdownTimeout, `${grace} > ${drainDelay} + ${shutdownTimeout}`);
});

t.test('settings in `settings` replace those of the chart, once each', { skip: helm.missing }, async (t) => {
  const deployment = find(render(t, { ...plain, settings: { CLAVIGER_WORKERS: 3 } }), 'Deployment');
  const entries = deployment.spec.template.spec.containers[0].env.filter(({ name }) => name === 'CLAVIGER_WORKERS');
  t.strictSame(entries, [{ name: 'CLAVIGER_WORKERS', value: '3' }]);
});

t.test('the chart refuses values that cannot work', { skip: helm.missing }, async (t) => {
  for (const [values, message] of [
    [{}, /Set issuer to the public URL/],
    [{ ...plain, replica: 3 }, /additional properties 'replica' not allowed/],
    [{ ...plain, settings: { CLAVIGER_SYSTEM_SECRET: 'secret' } }, /invalid propertyName 'CLAVIGER_SYSTEM_SECRET'/],
    [{ ...plain, settings: { LOGIN_URL: 'https://login.example.com' } }, /invalid propertyName 'LOGIN_URL'/],
  ]) {
    const { status, stderr } = runHelm(t, ['template', 'claviger'], values);
    t.not(status, 0);
    t.match(stderr, message);
  }
});

t.test('the chart installs this version of the server', async (t) => {
  const [{ appVersion }] = documents(read(`${chart}/Chart.yaml`));
  t.equal(appVersion, JSON.parse(read('package.json')).version);
});

/** The whole manifests on the page. Parts of manifests have no apiVersion. */
const manifests = [...read('docs/kubernetes.md').matchAll(/```yaml\n([\s\S]*?)```/g)]
  .flatMap(([, text]) => documents(text))
  .filter(({ apiVersion }) => apiVersion !== undefined);

t.test('the manifests in the documentation fit the schemas of Kubernetes', { skip: schemas.missing }, async (t) => {
  t.ok(manifests.length >= 2);
  fitsSchemas(t, manifests);
});

t.test('the manifests in the documentation have settings that the server accepts', async (t) => {
  const [deployment, job] = [find(manifests, 'Deployment'), find(manifests, 'Job', 'claviger-migrate')];
  isHardened(t, deployment);
  portsExist(t, deployment);
  t.equal(job.spec.template.spec.enableServiceLinks, false);
  t.equal(readConfig({ ...environmentOf(deployment), CLAVIGER_ISSUER: plain.issuer }).issuer, plain.issuer);
});
