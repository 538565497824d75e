// How rows hold texts that are absent: the columns are NOT NULL, and earlier releases read '' as absent.
import { fixtures } from '@claviger/core/contract';
import t from 'tap';
import { flowOf, flowRow } from '../src/shared/flow-rows.ts';
import { codeOf, codeRow } from '../src/shared/token-rows.ts';

const { fullCode, fullRequest, youngFlow } = fixtures;

t.test('a code without PKCE, nonce and redirect URI is stored with empty texts', async (t) => {
  const code = fullCode({ redirectUri: null, codeChallenge: null, nonce: null });
  t.match(codeRow(code), { redirectUri: '', codeChallenge: '', nonce: '' });
  t.same(codeOf(codeRow(code)), code);
});

t.test('a flow whose request has no state and no nonce is stored with empty texts', async (t) => {
  const flow = youngFlow({ request: fullRequest({ state: null, nonce: null }) });
  t.match(flowRow(flow), { subject: '', data: { request: { state: '', nonce: '' }, login: { subject: '' } } });
  t.same(flowOf(flowRow(flow)), flow);
});
