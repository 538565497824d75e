// A client, a person and their browser, for tests of core and of anything that serves it. Exported as `@claviger/core/testing`.
export { Browser, type Reply } from './browser.ts';
export { type InProcess, inProcess, type TypedAnswers, wireRequest } from './in-process.ts';
export {
  authorizationUrl,
  basic,
  type Client,
  callback,
  challengeIn,
  type Driver,
  Journey,
  redeem,
  refresh,
  type Step,
} from './journey.ts';
export {
  type AppAnswer,
  type HttpAnswers,
  type HttpServer,
  overHttp,
  type PendingRequest,
  type Sent,
} from './over-http.ts';
