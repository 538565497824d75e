// The wiring file: stores, pages, system and settings become a Provider. Everything else gets what it needs by name.
import { isWebUrl } from './domain/web-url.ts';
import type { ClientChanges } from './ports/client-changes.ts';
import type { ClientStore } from './ports/client-store.ts';
import type { EventSink } from './ports/event-sink.ts';
import type { ObserveUseCase } from './ports/observe-use-case.ts';
import type { RateLimiter } from './ports/rate-limiter.ts';
import type { SigningKeys } from './ports/signing-keys.ts';
import type { Stores } from './ports/stores.ts';
import type { System } from './ports/system.ts';
import type { UserInterface } from './ports/user-interface.ts';
import { makeAuthorizeEndpoint } from './protocol/authorize-endpoint.ts';
import { BrowserCookies } from './protocol/browser-cookies.ts';
import { makeDiscoveryEndpoint } from './protocol/discovery-document.ts';
import { type ErrorReplies, makeErrorReplies, type ReportFailure } from './protocol/error-reply.ts';
import { consentFallback, errorFallback, logoutFallback } from './protocol/fallback-pages.ts';
import { makeClientIntrospectionEndpoint, makeIntrospectionEndpoint } from './protocol/introspection-endpoint.ts';
import { makeJwksEndpoint } from './protocol/jwks-endpoint.ts';
import { makeLogoutEndpoint } from './protocol/logout-endpoint.ts';
import { paths, urlBelow } from './protocol/paths.ts';
import { makeClientConfigurationEndpoint, makeRegistrationEndpoint } from './protocol/registration-endpoint.ts';
import { makeRevocationEndpoint } from './protocol/revocation-endpoint.ts';
import { makeTokenEndpoint } from './protocol/token-endpoint.ts';
import { makeUserinfoEndpoint } from './protocol/userinfo-endpoint.ts';
import type { AdminUseCases, Endpoints, Provider } from './provider.ts';
import { defaultSettings, type Settings, settingsProblems } from './settings.ts';
import { makeAdminKeyUseCases } from './usecases/admin-keys/admin-key-use-cases.ts';
import { makeAdminKeyReader } from './usecases/admin-keys/authenticate-admin.ts';
import { makeAddressRequest } from './usecases/authorize/address-request.ts';
import { makeBeginAuthorization } from './usecases/authorize/begin-authorization.ts';
import { makeCheckRequest } from './usecases/authorize/check-request.ts';
import { makeIssueResponse } from './usecases/authorize/issue-response.ts';
import { PendingFlows } from './usecases/authorize/pending-flows.ts';
import { makeReadRequestObject } from './usecases/authorize/read-request-object.ts';
import { makeRecallConsent } from './usecases/authorize/recall-consent.ts';
import { makeResumeAfterConsent } from './usecases/authorize/resume-after-consent.ts';
import { makeResumeAfterLogin } from './usecases/authorize/resume-after-login.ts';
import { makeVerifyIdTokenHint } from './usecases/authorize/verify-id-token-hint.ts';
import { makeVerifyRequestObject } from './usecases/authorize/verify-request-object.ts';
import { makeCheckStores } from './usecases/check-stores.ts';
import { makeCleanExpired } from './usecases/cleaning/clean-expired.ts';
import { type FindClient, makeClientCache } from './usecases/clients/client-cache.ts';
import { makeClientKeys } from './usecases/clients/client-keys.ts';
import { makeCreateClient } from './usecases/clients/create-client.ts';
import { makeDeleteClient, makeDeleteUnchanged } from './usecases/clients/delete-client.ts';
import { makeChangeClient, makeUpdateClient } from './usecases/clients/update-client.ts';
import { makeConsentUseCases } from './usecases/consent/consent-use-cases.ts';
import { makeClientPlanner } from './usecases/declared/client-planner.ts';
import { makePlanDeclarations } from './usecases/declared/plan-declarations.ts';
import { makeKeyUseCases } from './usecases/keys/key-use-cases.ts';
import { makeReseal } from './usecases/keys/reseal.ts';
import { makeRotateKeys } from './usecases/keys/rotate-keys.ts';
import { StoredSigningKeys } from './usecases/keys/stored-signing-keys.ts';
import { makeVerifyOwnJwt, type VerifyOwnJwt } from './usecases/keys/verify-own-jwt.ts';
import { makeLoginUseCases } from './usecases/login/login-use-cases.ts';
import { limitAuthentication, RateLimits } from './usecases/rate-limits.ts';
import { makeManageRegistration } from './usecases/registration/manage-registration.ts';
import { makeRegisterClient } from './usecases/registration/register-client.ts';
import type { RegistrationUseCases } from './usecases/registration/registration-use-cases.ts';
import { makeSessionUseCases } from './usecases/sessions/session-use-cases.ts';
import { makeFingerprintSubject } from './usecases/subject-fingerprint.ts';
import { type IdentifySubject, makeIdentifySubject } from './usecases/subject-identifier.ts';
import { makeAuthenticateClient } from './usecases/token/authenticate-client.ts';
import { makeFlush } from './usecases/token/flush.ts';
import { makeAuthorizationCodeGrant } from './usecases/token/grants/authorization-code.ts';
import { makeClientCredentialsGrant } from './usecases/token/grants/client-credentials.ts';
import { makeRefreshTokenGrant } from './usecases/token/grants/refresh-token.ts';
import { makeFindActiveToken, makeIntrospect } from './usecases/token/introspect.ts';
import { makeIntrospectAsClient } from './usecases/token/introspect-as-client.ts';
import { makeIssueIdToken } from './usecases/token/issue-id-token.ts';
import { makeMintAccessToken } from './usecases/token/mint-access-token.ts';
import { makeReadAnyToken, type ReadAnyToken } from './usecases/token/read-any-token.ts';
import { makeRevoke } from './usecases/token/revoke.ts';
import { makeRunGrant } from './usecases/token/token-grants.ts';
import { makeVerifyClientAssertion } from './usecases/token/verify-client-assertion.ts';
import { makeReadUserinfo } from './usecases/userinfo/read-userinfo.ts';

export interface ProviderOptions {
  /** An absolute URL; used exactly as given in `iss` and discovery. Its scheme decides whether cookies are Secure. */
  readonly issuer: string;
  readonly stores: Stores;
  readonly ui: UserInterface;
  readonly system: System;
  readonly settings?: Partial<Settings>;
  /** Default: keys of the key store. */
  readonly signingKeys?: SigningKeys;
  /** For several processes that count as one node. Default: another process sees a changed client within a second. */
  readonly clientChanges?: ClientChanges;
  /** Receives what happened, for audit logs and metrics. Default: none, which costs nothing. */
  readonly events?: EventSink;
  /** Wraps each use case once, for traces. Default: nothing is wrapped. */
  readonly observeUseCase?: ObserveUseCase;
  /** Called for failures that the caller only sees as server_error. Default: none. */
  readonly reportFailure?: ReportFailure;
  /** Default: nothing is limited. LocalRateLimiter limits the requests of one process. */
  readonly rateLimiter?: RateLimiter;
}

/** Throws a TypeError that lists every problem of the options. */
export const createProvider = (options: ProviderOptions): Provider => {
  const { issuer, stores, ui, system } = options;
  const settings: Settings = { ...defaultSettings, ...options.settings };
  const problems = [...issuerProblems(issuer), ...settingsProblems(settings)];
  if (problems.length > 0) throw new TypeError(`The provider's options are not valid: ${problems.join(' ')}`);

  const events = options.events ?? null;
  const observeUseCase = options.observeUseCase ?? ((_name, run) => run);
  const rateLimits = options.rateLimiter ? new RateLimits(options.rateLimiter) : null;
  const storedKeys = new StoredSigningKeys({ ...stores, events, system, settings });
  const signingKeys = options.signingKeys ?? storedKeys;
  const verifyOwnJwt = makeVerifyOwnJwt({ issuer, signingKeys, clock: system.clock });
  const identifySubject = makeIdentifySubject({ digest: system.digest, settings });
  const clients = makeClientCache({
    clients: stores.clients,
    clock: system.clock,
    clientChanges: options.clientChanges,
  });
  const pendingFlows = new PendingFlows({ ...stores, ...system, settings });
  const wiring = {
    observeUseCase,
    events,
    rateLimits,
    pendingFlows,
    identifySubject,
    verifyOwnJwt,
    readAnyToken: makeReadAnyToken({ system, verifyOwnJwt }),
    ...stores,
    clients: clients.recent,
    clientStore: clients.current,
    issuer,
    ui,
    system,
    settings,
    signingKeys,
    clock: system.clock,
    digest: system.digest,
    random: system.random,
  };
  const findActiveToken = makeFindActiveToken(wiring);
  const errors = makeErrorReplies({
    shareErrorDebug: settings.shareErrorDebug,
    errorUrl: ui.errorUrl,
    reportFailure: options.reportFailure ?? (() => undefined),
    events,
  });

  const adminKeyReader = makeAdminKeyReader(wiring);
  const administering = { ...wiring, clients: clients.current };
  const admin: AdminUseCases = {
    createClient: makeCreateClient(administering),
    getClient: (id) => stores.clients.find(id),
    listClients: (page) => stores.clients.list(page),
    updateClient: makeUpdateClient(administering),
    changeClient: makeChangeClient(administering),
    deleteClient: makeDeleteClient(administering),
    planDeclarations: makePlanDeclarations({
      clients: makeClientPlanner({ ...administering, deleteUnchanged: makeDeleteUnchanged(administering) }),
    }),
    ...makeLoginUseCases(wiring),
    ...makeConsentUseCases(wiring),
    ...makeSessionUseCases(wiring),
    ...makeKeyUseCases(wiring, () => storedKeys.refresh()),
    rotateKeys: options.signingKeys
      ? async () => ({ outcome: 'off' })
      : makeRotateKeys(wiring, () => storedKeys.refresh()),
    flush: makeFlush(wiring),
    cleanExpired: makeCleanExpired(administering),
    sharePendingFlows: () => pendingFlows.share(),
    countPendingFlows: () => pendingFlows.counts(),
    reseal: async () => {
      const result = await makeReseal({ ...stores, clients: clients.current, cipher: system.cipher, events })();
      storedKeys.refresh();
      return result;
    },
    makeSigningKeys: async () => {
      await signingKeys.publicKeys();
    },
    ...makeAdminKeyUseCases(wiring, adminKeyReader.forget),
    signingKeysInUse: async () => (options.signingKeys ? [] : storedKeys.inUse()),
    checkStores: makeCheckStores({ ...stores, ...system }),
  };

  const registering: RegistrationUseCases | null =
    settings.clientRegistration === 'off'
      ? null
      : {
          register: makeRegisterClient(administering),
          ...makeManageRegistration({ ...administering, deleteClient: admin.deleteClient }),
        };

  const registration = registering && observeAll(observeUseCase, 'registration', registering);
  return {
    issuer,
    endpoints: makeEndpoints(wiring, findActiveToken, errors, registration),
    errorPage: errors.page,
    fingerprintSubject: makeFingerprintSubject(system.mac),
    admin: observeAll(observeUseCase, 'admin', admin),
    authenticateAdmin: adminKeyReader.authenticate,
    registration,
  };
};

const observeAll = <UseCases extends object>(observe: ObserveUseCase, group: string, useCases: UseCases): UseCases =>
  Object.fromEntries(
    Object.entries(useCases).map(([name, run]) => [name, observe(`${group}.${name}`, run)]),
  ) as UseCases;

/** Where clients send requests, and so what they may name as the audience of an assertion. */
const clientEndpoints = [
  paths.token,
  paths.revoke,
  paths.introspect,
  paths.authorize,
  paths.userinfo,
  paths.registration,
];

type Wiring = Omit<Stores, 'clients'> & {
  readonly rateLimits: RateLimits | null;
  readonly clients: FindClient;
  readonly clientStore: ClientStore;
  readonly issuer: string;
  readonly observeUseCase: ObserveUseCase;
  readonly events: EventSink | null;
  readonly ui: UserInterface;
  readonly system: System;
  readonly settings: Settings;
  readonly signingKeys: SigningKeys;
  readonly identifySubject: IdentifySubject;
  readonly pendingFlows: PendingFlows;
  readonly verifyOwnJwt: VerifyOwnJwt;
  readonly readAnyToken: ReadAnyToken;
} & Pick<System, 'clock' | 'digest' | 'random'>;

const makeEndpoints = (
  wiring: Wiring,
  findActiveToken: ReturnType<typeof makeFindActiveToken>,
  errors: ErrorReplies,
  registration: RegistrationUseCases | null,
): Endpoints => {
  const { issuer, rateLimits, ui, system, settings, signingKeys, observeUseCase: observe } = wiring;
  const { shareErrorDebug } = settings;
  const cookies = new BrowserCookies({
    ...system,
    issuer,
    legacyCookies: settings.legacyCookies,
    sessionLifespan: settings.loginSessionLifespan,
  });
  const withClientKeys = { ...wiring, ...system, keysOf: makeClientKeys(system) };
  const readRequestObject = makeReadRequestObject({
    ...withClientKeys,
    verifyRequestObject: makeVerifyRequestObject(withClientKeys),
  });
  const verifyClientAssertion = makeVerifyClientAssertion({
    ...withClientKeys,
    endpoints: clientEndpoints.map((path) => urlBelow(issuer, path)),
  });
  const authenticateClient = observe(
    'tokens.authenticateClient',
    makeAuthenticateClient({ ...wiring, ...system, verifyClientAssertion }),
  );
  const withRecall = { ...wiring, recallConsent: makeRecallConsent(wiring) };
  const mintAccessToken = makeMintAccessToken(wiring);
  const issuing = { ...wiring, mintAccessToken, issueIdToken: makeIssueIdToken(wiring) };
  const grants = [
    makeAuthorizationCodeGrant(issuing),
    makeRefreshTokenGrant(issuing),
    makeClientCredentialsGrant(issuing),
  ];
  const runGrant = observe('tokens.runGrant', makeRunGrant(grants));
  return {
    authorize: makeAuthorizeEndpoint({
      ...wiring,
      cookies,
      errors,
      shareErrorDebug,
      addressRequest: observe('authorize.addressRequest', makeAddressRequest({ ...wiring, readRequestObject })),
      checkRequest: observe(
        'authorize.checkRequest',
        makeCheckRequest({ settings, verifyIdTokenHint: makeVerifyIdTokenHint(wiring) }),
      ),
      beginAuthorization: observe('authorize.beginAuthorization', makeBeginAuthorization(withRecall)),
      resumeAfterLogin: observe('authorize.resumeAfterLogin', makeResumeAfterLogin(withRecall)),
      resumeAfterConsent: observe(
        'authorize.resumeAfterConsent',
        makeResumeAfterConsent({ ...wiring, issueResponse: makeIssueResponse(issuing) }),
      ),
    }),
    token: makeTokenEndpoint({
      authenticateClient: limitAuthentication(authenticateClient, rateLimits, 'token'),
      runGrant,
      errors,
    }),
    revoke: makeRevocationEndpoint({
      authenticateClient,
      revoke: observe('tokens.revoke', makeRevoke(wiring)),
      errors,
    }),
    introspect: makeIntrospectionEndpoint({
      issuer,
      introspect: observe('tokens.introspect', makeIntrospect(findActiveToken, settings)),
      errors,
    }),
    introspectAsClient: makeClientIntrospectionEndpoint({
      issuer,
      authenticateClient: limitAuthentication(authenticateClient, rateLimits, 'introspection'),
      introspectAsClient: observe('tokens.introspectAsClient', makeIntrospectAsClient({ ...wiring, findActiveToken })),
      errors,
    }),
    userinfo: makeUserinfoEndpoint({
      readUserinfo: observe(
        'userinfo.readUserinfo',
        makeReadUserinfo({ issuer, endpoint: urlBelow(issuer, paths.userinfo), findActiveToken, signingKeys }),
      ),
      errors,
    }),
    register: registration && makeRegistrationEndpoint({ issuer, registration, rateLimits, errors }),
    clientConfiguration: registration && makeClientConfigurationEndpoint({ issuer, registration, errors }),
    discovery: makeDiscoveryEndpoint(issuer, settings, wiring),
    jwks: makeJwksEndpoint({ ...wiring, errors }),
    logout: makeLogoutEndpoint({ ...wiring, cookies, errors, logoutRedirectUrl: ui.logoutRedirectUrl }),
    consentFallback,
    errorFallback,
    logoutFallback,
  };
};

/**
 * RFC 8414 §2: a URL without query and fragment. Whether plain HTTP is allowed is the operator's decision, not core's.
 */
const issuerProblems = (issuer: string): readonly string[] => {
  if (!URL.canParse(issuer)) return ['issuer must be an absolute URL.'];
  const isPlain = isWebUrl(issuer) && !/[?#]/.test(issuer);
  return isPlain ? [] : ['issuer must be an http or https URL without user name, password, query and fragment.'];
};
