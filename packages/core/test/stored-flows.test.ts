// Flows as stores keep them: earlier releases read '' where a parameter was not sent.
import t from 'tap';
import { fullFlow, fullRequest, youngFlow } from '../src/contract/fixtures.ts';
import { completeFlow, type Flow, type StoredFlow, toStoredFlow } from '../src/index.ts';

const parsed = (flow: Flow): StoredFlow => JSON.parse(JSON.stringify(toStoredFlow(flow)));

const nothingSent = {
  sentRedirectUri: null,
  state: null,
  nonce: null,
  codeChallenge: null,
  idTokenHintSubject: null,
};

t.test('a parameter that was not sent is stored as an empty text, and read as null', async (t) => {
  const flow = youngFlow({ request: fullRequest(nothingSent) });
  const stored = parsed(flow);
  t.match(stored.request, { sentRedirectUri: '', state: '', nonce: '', codeChallenge: '', idTokenHintSubject: '' });
  t.equal(stored.login.subject, '');
  t.same(completeFlow(stored), flow);
});

t.test('a flow with every value is stored as it is', async (t) => {
  t.same(parsed(fullFlow()), fullFlow());
  t.same(completeFlow(parsed(fullFlow())), fullFlow());
});

t.test('a login without a forced identifier is stored with an empty text', async (t) => {
  const { login } = fullFlow();
  const accepted = login.accepted && { ...login.accepted, forceSubjectIdentifier: null };
  const flow = fullFlow({ login: { ...login, accepted } });
  t.equal(parsed(flow).login.accepted?.forceSubjectIdentifier, '');
  t.same(completeFlow(parsed(flow)), flow);
});

t.test('texts that an app left out are stored as empty texts', async (t) => {
  const rejected = { error: null, description: null, hint: null, debug: null, statusCode: 0 };
  const { login, consent, request } = fullFlow();
  const session = login.session && { ...login.session, acr: null };
  const accepted = login.accepted && { ...login.accepted, acr: null };
  const flow = fullFlow({
    request: { ...request, context: { ...request.context, display: null, loginHint: null } },
    login: { ...login, session, accepted, rejected },
    consent: consent && { ...consent, rejected },
  });
  const stored = parsed(flow);
  const empty = { error: '', description: '', hint: '', debug: '' };
  t.match(stored.request.context, { display: '', loginHint: '' });
  t.match(stored.login, { session: { acr: '' }, accepted: { acr: '' }, rejected: empty });
  t.match(stored.consent?.rejected, empty);
  t.same(completeFlow(stored), flow);
});
