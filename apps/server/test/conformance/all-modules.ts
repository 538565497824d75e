// Every module of the plans, by its name in the conformance suite.
import { discoveryModules } from './modules/discovery.ts';
import { loginModules } from './modules/logins.ts';
import { redirectUriModules } from './modules/redirect-uris.ts';
import { registrationModules } from './modules/registration.ts';
import { requestObjectModules } from './modules/request-objects.ts';
import { responseModules } from './modules/responses.ts';
import { tokenModules } from './modules/tokens.ts';
import { userinfoModules } from './modules/userinfo.ts';
import type { Module } from './support/module.ts';

/** With the file that has the module, relative to this folder. */
export const modulesByFile: Readonly<Record<string, readonly Module[]>> = {
  'modules/responses.ts': responseModules,
  'modules/userinfo.ts': userinfoModules,
  'modules/logins.ts': loginModules,
  'modules/tokens.ts': tokenModules,
  'modules/redirect-uris.ts': redirectUriModules,
  'modules/request-objects.ts': requestObjectModules,
  'modules/registration.ts': registrationModules,
  'modules/discovery.ts': discoveryModules,
};

export const allModules: ReadonlyMap<string, Module> = new Map(
  Object.values(modulesByFile)
    .flat()
    .map((module) => [module.name, module]),
);
