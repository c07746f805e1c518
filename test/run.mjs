// `npm test`: the whole truth, in order. Ends early only where what follows would say nothing new. See docs/contributing.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installPackages, missingPackages } from './debian-packages.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
const GRAFANA_13 = path.join(ROOT, 'compose/viewer/grafana-13');
const folder = mkdtempSync(path.join(tmpdir(), 'toposcope-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };

/** A failure here does not spoil what comes after it. */
const GOES_ON_AFTER = new Set(['integration', 'browser']);

const isRoot = process.getuid?.() === 0;
const missing = missingPackages();
if (missing.length > 0 && isRoot) {
  installPackages(missing);
}
const skipped = new Set(missing.length > 0 && !isRoot ? ['integration', 'browser'] : []);

/** Each is a name and commands, one after the other. The test runners' own counts are added up; any other step counts only when it fails. */
const STEPS = [
  ['the packages of Grafana 13', () => isFresh(GRAFANA_13) || run('npm', ['ci'], GRAFANA_13)],
  ['lint', () => npm('lint')],
  ['types', () => npm('typecheck') && npm('typecheck:grafana-13')],
  ['unit', () => vitest('unit')],
  [
    'build',
    () => npm('build') && run(process.execPath, ['build.mjs', '13'], path.join(ROOT, 'compose/viewer')),
  ],
  ['integration', () => vitest('integration')],
  ['browser', () => vitest('browser')],
  ['a real Grafana', () => grafana()],
];

for (const [name, step] of STEPS) {
  if (skipped.has(name)) {
    total.skipped += 1;
    console.log(`\n— ${name}: skipped. It needs Debian packages that are not installed; as root:`);
    console.log(`  apt-get install --no-install-recommends ${missing.join(' ')}`);
    continue;
  }
  console.log(`\n— ${name}`);
  const failedBefore = total.failed;
  if (!step()) {
    if (total.failed === failedBefore) {
      total.failed += 1;
    }
    console.log(`\nFailed: ${name}`);
    if (!GOES_ON_AFTER.has(name)) {
      break;
    }
  }
}
rmSync(folder, { recursive: true, force: true });
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);

/** @param {string} script */
function npm(script) {
  return run('npm', ['run', '--silent', script]);
}

/** @param {'unit' | 'integration' | 'browser'} project */
function vitest(project) {
  const countsFile = path.join(folder, `${project}.json`);
  const fine = run('npx', ['vitest', 'run', '--project', project], ROOT, {
    TOPOSCOPE_TEST_COUNTS: countsFile,
  });
  if (existsSync(countsFile)) {
    const counts = JSON.parse(readFileSync(countsFile, 'utf8'));
    for (const key of Object.keys(total)) {
      total[key] += counts[key];
    }
  }
  return fine;
}

/** Without GRAFANA_URL each of its tests is skipped by name. */
function grafana() {
  const report = path.join(folder, 'grafana.json');
  const fine = run('npm', ['run', '--silent', 'test:grafana', '--', '--reporter', 'list,json'], ROOT, {
    PLAYWRIGHT_JSON_OUTPUT_NAME: report,
  });
  if (existsSync(report)) {
    const { stats, errors } = JSON.parse(readFileSync(report, 'utf8'));
    total.passed += stats.expected + stats.flaky;
    total.failed += stats.unexpected + errors.length;
    total.skipped += stats.skipped;
  }
  return fine;
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {Record<string, string>} env
 */
function run(command, args, cwd = ROOT, env = {}) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } });
  return status === 0;
}

/** Whether what is installed is as new as the lock file. @param {string} packageFolder */
function isFresh(packageFolder) {
  const installed = statSync(path.join(packageFolder, 'node_modules/.package-lock.json'), {
    throwIfNoEntry: false,
  });
  return (
    installed !== undefined &&
    installed.mtimeMs >= statSync(path.join(packageFolder, 'package-lock.json')).mtimeMs
  );
}
