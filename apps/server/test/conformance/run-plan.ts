// Runs one plan of the suite against the server of examples/conformance: each module in each of its variants.
import type { Test } from 'tap';
import { allModules } from './all-modules.ts';
import { type Entry, type PlanName, plans } from './plans.ts';
import { serveDocuments } from './support/documents.ts';
import { startExample } from './support/example-server.ts';
import { nameOf } from './support/given.ts';

/** Some modules only wait, so several run concurrently. */
const atOnce = 6;

export const runPlan = async (t: Test, plan: PlanName): Promise<void> => {
  const given = { server: await startExample(t), documents: await serveDocuments(t) };
  const entries: readonly Entry[] = plans[plan];
  t.jobs = atOnce;
  for (const { variant, modules } of entries) {
    for (const name of modules) {
      const module = allModules.get(name);
      if (!module) throw new Error(`There is no test of ${name}.`);
      const title = `${name} [${nameOf(variant)}]: ${module.requirement}`;
      t.test(title, { buffered: true }, (t) => module.run(t, { ...given, ...variant }));
    }
  }
};
