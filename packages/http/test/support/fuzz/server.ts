// Both listeners over memory stores, in this process, with a stopped clock and random numbers that can be repeated.
import { createProvider, epochSeconds, type Jwk, type System } from '@claviger/core';
import { memoryStores } from '@claviger/core/memory';
import { nodeSystem } from '@claviger/core/node';
import { buildApp } from '@claviger/http';
import type { Chance } from './chance.ts';
import { nastyTexts } from './nasty.ts';

export interface FuzzReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

export interface FuzzServer {
  send(
    listener: 'public' | 'admin',
    method: string,
    url: string,
    headers?: Readonly<Record<string, string>>,
    payload?: string | Buffer,
  ): Promise<FuzzReply>;
  /** What access tokens are there. */
  readonly tokens: 'opaque' | 'jwt';
  /** Failures that the server reported. */
  readonly faults: unknown[];
  close(): Promise<void>;
}

/** Keys are generated once, because RSA takes longer than a thousand requests. */
const madeKeys = new Map<string, Promise<Jwk>>();

/** The real system, except for parts that are slow, use the network, or cannot be repeated. */
const systemWith = (chance: Chance): System => {
  const real = nodeSystem({
    systemSecret: 'a-secret-of-the-fuzzer',
    clock: { now: () => epochSeconds(1_500_000_000) },
  });
  const bytes = (count: number): Buffer => Buffer.from(Array.from({ length: count }, () => chance.below(256)));
  return {
    ...real,
    random: {
      base64url: (count) => bytes(count).toString('base64url'),
      uuid: () =>
        bytes(16)
          .toString('hex')
          .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    },
    secretHasher: {
      ...real.secretHasher,
      hashChosen: async (secret) => real.secretHasher.hashGenerated(secret),
    },
    keyOperations: {
      generate: (alg, rsaBits) => {
        const made = madeKeys.get(alg) ?? real.keyOperations.generate(alg, rsaBits);
        madeKeys.set(alg, made);
        return made;
      },
      sign: (...of) => real.keyOperations.sign(...of),
    },
    remoteDocuments: {
      fetch: async () => {
        if (chance.happens(0.3)) throw new Error('The host does not answer.');
        return chance.pick(['{"keys":[]}', '{"keys":[{"kty":"RSA"}]}', '["https://a.example/cb"]', ...nastyTexts]);
      },
    },
  };
};

export const startFuzzServer = async (chance: Chance): Promise<FuzzServer> => {
  const faults: unknown[] = [];
  const tokens = chance.pick(['opaque', 'jwt'] as const);
  const provider = createProvider({
    issuer: 'http://127.0.0.1:4444/',
    stores: memoryStores(),
    settings: {
      subjectTypes: ['public', 'pairwise'],
      pairwiseSalt: 'a salt of many bytes',
      clientRegistration: 'open',
      accessTokenStrategy: tokens,
      accessTokenSigningAlg: 'ES256',
    },
    ui: {
      loginUrl: 'http://ui.example/login',
      consentUrl: 'http://ui.example/consent',
      errorUrl: null,
      logoutRedirectUrl: 'http://ui.example/bye',
    },
    system: systemWith(chance),
    reportFailure: (cause) => faults.push(cause),
  });
  const cors = { allowedOrigins: ['https://app.example'] };
  const common = { provider, version: 'fuzz', cors };
  const apps = {
    admin: buildApp({ ...common, listener: 'admin' }),
    public: buildApp({ ...common, listener: 'public' }),
  };
  await Promise.all([apps.admin.ready(), apps.public.ready()]);
  return {
    faults,
    tokens,
    async send(listener, method, url, headers = {}, payload) {
      const reply = await apps[listener].inject({
        method: method as 'GET',
        url,
        headers: { host: '127.0.0.1', ...headers },
        ...(payload === undefined ? {} : { payload }),
      });
      return { status: reply.statusCode, headers: reply.headers, body: reply.body };
    },
    close: async () => {
      await Promise.all([apps.admin.close(), apps.public.close()]);
    },
  };
};
