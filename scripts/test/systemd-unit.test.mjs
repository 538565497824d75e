// The systemd unit is valid and hardened, by systemd's own judgement. The service itself is not started.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const unit = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'deploy', 'systemd', 'claviger.service');
const missing = spawnSync('systemd-analyze', ['--version']).status === 0 ? false : 'systemd-analyze is not installed';

t.test('systemd-analyze verify finds nothing', { skip: missing }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-unit-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  // The executable is not installed where the tests run.
  const copy = join(folder, 'claviger.service');
  writeFileSync(copy, readFileSync(unit, 'utf8').replace('/usr/local/bin/claviger', process.execPath));
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', copy], { encoding: 'utf8' });
  t.equal(`${stdout}${stderr}`.trim(), '');
  t.equal(status, 0);
});

t.test('systemd-analyze security rates it OK', { skip: missing }, async (t) => {
  const { status, stdout } = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', unit], {
    encoding: 'utf8',
  });
  t.equal(status, 0, stdout.trim().split('\n').at(-1));
});

t.test('the unit names the command of the server and waits longer than a stop takes', async (t) => {
  const text = readFileSync(unit, 'utf8');
  t.match(text, /^ExecStart=\/usr\/local\/bin\/claviger serve$/m);
  // CLAVIGER_DRAIN_DELAY and CLAVIGER_SHUTDOWN_TIMEOUT by default: 5 s and 30 s.
  t.ok(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)[1]) > 35);
});
