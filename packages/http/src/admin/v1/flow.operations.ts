// The operations of login and consent apps, for the OpenAPI document. docs/login-and-consent.md explains them.
import { json, type Operation } from '../../openapi/operation.ts';
import { completedSchema, consentRequestSchema, loginRequestSchema } from '../wire/flow.schema.ts';
import { exampleRequest } from './examples.ts';

const tag = 'Login and consent';

const loginParams = { challenge: 'The value of `login_challenge` that the browser brought to the login page.' };
const consentParams = { challenge: 'The value of `consent_challenge` that the browser brought to the consent page.' };

const unknown = 'The challenge is unknown or expired.';

const answered = (verifier: string) => ({
  200: {
    description: 'Where to send the browser.',
    content: json(completedSchema, {
      redirect_to: `https://id.example.com/oauth2/auth?client_id=shop&response_type=code&${verifier}=4ZrDzYd2rE`,
    }),
  },
});

const errors = {
  400: '`invalid_request`: the body has an unknown member, or one that does not fit the request; the hint names it.',
  404: unknown,
  409: 'The request was answered already.',
};

const rejection = { error: 'access_denied', error_description: 'The user denied the request.' };

export const getLoginRequest: Operation = {
  id: 'getLoginRequest',
  tag,
  summary: 'Read a login request',
  description: 'Changes nothing and may be repeated.',
  params: loginParams,
  answers: { 200: { description: 'The request.', content: json(loginRequestSchema, exampleRequest) } },
  errors: { 404: unknown },
};

export const acceptLogin: Operation = {
  id: 'acceptLoginRequest',
  tag,
  summary: 'Accept a login request',
  description: 'Says who the user is. Unknown members are refused.',
  params: loginParams,
  bodyExample: { subject: 'person-1', remember: true, remember_for: 2592000 },
  answers: answered('login_verifier'),
  errors,
};

export const rejectLogin: Operation = {
  id: 'rejectLoginRequest',
  tag,
  summary: 'Reject a login request',
  description: 'The application receives the error. Every member may be left out; unknown members are refused.',
  params: loginParams,
  bodyExample: rejection,
  answers: answered('login_verifier'),
  errors,
};

export const getConsentRequest: Operation = {
  id: 'getConsentRequest',
  tag,
  summary: 'Read a consent request',
  description: 'Changes nothing and may be repeated.',
  params: consentParams,
  answers: {
    200: {
      description: 'The request.',
      content: json(consentRequestSchema, { ...exampleRequest, subject: 'person-1' }),
    },
  },
  errors: { 404: unknown },
};

export const acceptConsent: Operation = {
  id: 'acceptConsentRequest',
  tag,
  summary: 'Accept a consent request',
  description: 'Says what the user allowed, and what the application learns. Unknown members are refused.',
  params: consentParams,
  bodyExample: {
    grant_scope: ['openid', 'offline', 'photos.read'],
    remember: true,
    remember_for: 0,
    session: { id_token: { name: 'Anna Example' }, access_token: { plan: 'family' } },
  },
  answers: answered('consent_verifier'),
  errors,
};

export const rejectConsent: Operation = {
  id: 'rejectConsentRequest',
  tag,
  summary: 'Reject a consent request',
  description: 'The application receives the error. Every member may be left out; unknown members are refused.',
  params: consentParams,
  bodyExample: rejection,
  answers: answered('consent_verifier'),
  errors,
};
