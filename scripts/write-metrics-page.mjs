// Writes docs/metrics.md from the compiled table of metrics.
import { writeFileSync } from 'node:fs';
import { metricsPage } from '../apps/server/dist/src/telemetry/metrics-page.js';

writeFileSync(new URL('../docs/metrics.md', import.meta.url), metricsPage());
