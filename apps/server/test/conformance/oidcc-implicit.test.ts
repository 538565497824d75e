// The modules of the plan oidcc-implicit. What they ask is in docs/conformance.md.
import t from 'tap';
import { runPlan } from './run-plan.ts';

await runPlan(t, 'oidcc-implicit');
