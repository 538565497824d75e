// The modules of the plan oidcc-config. What they ask is in docs/conformance.md.
import t from 'tap';
import { runPlan } from './run-plan.ts';

await runPlan(t, 'oidcc-config');
