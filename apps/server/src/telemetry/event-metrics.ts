// Counts the domain events of core: tokens, flows, refusals, administrators' changes.
import type { DomainEvent, EventSink, EventType } from '@claviger/core';
import type { LabelledCounter, Metrics } from '@claviger/http';
import { declaredMetrics as declared } from './declared-metrics.ts';

type Issued = Extract<DomainEvent, { readonly type: 'OAuth2AccessTokenIssued' }>;

/** The name of each step of a flow in metrics. */
const flowSteps = {
  OAuth2FlowBegun: 'begun',
  OAuth2LoginAccepted: 'login_accepted',
  OAuth2LoginSkipped: 'login_skipped',
  OAuth2LoginRejected: 'login_rejected',
  OAuth2ConsentAccepted: 'consent_accepted',
  OAuth2ConsentSkipped: 'consent_skipped',
  OAuth2ConsentRejected: 'consent_rejected',
  OAuth2AuthorizationCodeIssued: 'code_issued',
} as const satisfies Partial<Record<EventType, string>>;

const reused = {
  OAuth2RefreshTokenReused: 'refresh_token',
  OAuth2AuthorizationCodeReused: 'authorization_code',
} as const satisfies Partial<Record<EventType, string>>;

const revoked = {
  OAuth2AccessTokenRevoked: 'access_token',
  OAuth2RefreshTokenRevoked: 'refresh_token',
} as const satisfies Partial<Record<EventType, string>>;

const has = <Table extends object>(table: Table, type: PropertyKey): type is keyof Table => Object.hasOwn(table, type);

export class EventMetrics implements EventSink {
  readonly #tokens: LabelledCounter;
  readonly #refreshTokens: LabelledCounter;
  readonly #idTokens: LabelledCounter;
  readonly #refused: LabelledCounter;
  readonly #authentication: LabelledCounter;
  readonly #steps: LabelledCounter;
  readonly #reuse: LabelledCounter;
  readonly #revoked: LabelledCounter;
  readonly #changes: LabelledCounter;

  constructor(metrics: Metrics) {
    this.#tokens = metrics.counter(declared.tokensIssued);
    this.#refreshTokens = metrics.counter(declared.refreshTokensIssued);
    this.#idTokens = metrics.counter(declared.idTokensIssued);
    this.#refused = metrics.counter(declared.requestsRefused);
    this.#authentication = metrics.counter(declared.clientAuthenticationFailures);
    this.#steps = metrics.counter(declared.flowSteps);
    this.#reuse = metrics.counter(declared.tokenReuse);
    this.#revoked = metrics.counter(declared.tokensRevoked);
    this.#changes = metrics.counter(declared.adminChanges);
  }

  record(event: DomainEvent): void {
    switch (event.type) {
      case 'OAuth2AccessTokenIssued':
        this.#countTokens(event);
        return;
      case 'OIDCIdentityTokenIssued':
        this.#idTokens.add('implicit');
        return;
      case 'OAuth2TokenExchangeError':
      case 'OAuth2RequestRefused':
        this.#refused.add(event.endpoint, event.error);
        return;
      case 'OAuth2ClientAuthenticationFailed':
        this.#authentication.add(event.reason);
        return;
      default:
        this.#countOther(event.type);
    }
  }

  #countTokens({ grantType, format, withRefreshToken, withIdToken }: Issued): void {
    this.#tokens.add(grantType, format);
    if (withRefreshToken) this.#refreshTokens.add(grantType);
    if (withIdToken) this.#idTokens.add(grantType);
  }

  #countOther(type: EventType): void {
    if (has(flowSteps, type)) this.#steps.add(flowSteps[type]);
    else if (has(reused, type)) this.#reuse.add(reused[type]);
    else if (has(revoked, type)) this.#revoked.add(revoked[type]);
    else this.#changes.add(type);
  }
}
