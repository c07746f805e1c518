// `npm test`: the whole truth, in order. Ends early only where what follows would say nothing new. See docs/contributing.md.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installPackages, missingPackages } from './debian-packages.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
const GRAFANA_13 = path.join(ROOT, 'compose/viewer/grafana-13');
const folder = mkdtempSync(path.join(tmpdir(), 'toposcope-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
/** What failed or was tried again, told once more at the end: what a step prints is long. @type {string[]} */
const remarks = [];

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
  ['the packages of Grafana 13', async () => isFresh(GRAFANA_13) || run('npm', ['ci'], { cwd: GRAFANA_13 })],
  ['lint and types', () => atOnce((how) => npm('lint', how), types)],
  ['unit', () => vitest('unit')],
  [
    'build',
    async () =>
      (await npm('build')) &&
      run(process.execPath, ['build.mjs', '13'], { cwd: path.join(ROOT, 'compose/viewer') }),
  ],
  [
    'integration',
    () =>
      atOnce(
        (how) => vitest('integration', how),
        (how) => vitest('programs', how),
      ),
  ],
  [
    'browser',
    () =>
      atOnce(
        (how) => vitest('browser', how),
        (how) => vitest('panel', how),
      ),
  ],
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
  if (!(await step())) {
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
console.log(['', ...remarks].join('\n'));
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);

/**
 * @typedef {object} How
 * @property {string} [cwd]
 * @property {Record<string, string>} [env]
 * @property {string} [log] a file for what is printed
 */

/**
 * Runs two at once: there are two cores, and most of these wait most of the time. What the second prints follows the
 * first, whole.
 *
 * @param {(how: How) => Promise<boolean>} first
 * @param {(how: How) => Promise<boolean>} second
 */
async function atOnce(first, second) {
  const log = path.join(folder, 'second.log');
  rmSync(log, { force: true });
  const fine = await Promise.all([first({}), second({ log })]);
  process.stdout.write(readFileSync(log));
  return fine.every(Boolean);
}

/** @param {How} how */
async function types(how) {
  return (await npm('typecheck', how)) && npm('typecheck:grafana-13', how);
}

/** @param {string} script @param {How} [how] */
function npm(script, how) {
  return run('npm', ['run', '--silent', script], how);
}

/**
 * @param {'unit' | 'integration' | 'programs' | 'browser' | 'panel'} project
 * @param {How} [how]
 */
async function vitest(project, how) {
  const countsFile = path.join(folder, `${project}.json`);
  const fine = await run('npx', ['vitest', 'run', '--project', project], {
    ...how,
    env: { TOPOSCOPE_TEST_COUNTS: countsFile },
  });
  if (existsSync(countsFile)) {
    const counts = JSON.parse(readFileSync(countsFile, 'utf8'));
    for (const key of Object.keys(total)) {
      total[key] += counts[key];
    }
    remarks.push(...counts.remarks);
  }
  return fine;
}

/** Without GRAFANA_URL each of its tests is skipped by name. */
async function grafana() {
  const report = path.join(folder, 'grafana.json');
  const fine = await run('npm', ['run', '--silent', 'test:grafana', '--', '--reporter', 'list,json'], {
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report },
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
 * @param {How} [how]
 * @returns {Promise<boolean>} whether it ended well
 */
async function run(command, args, { cwd = ROOT, env = {}, log } = {}) {
  const output = log === undefined ? undefined : openSync(log, 'a');
  const child = spawn(command, args, {
    cwd,
    stdio: output === undefined ? 'inherit' : ['ignore', output, output],
    env: { ...process.env, ...env },
  });
  const [status] = await once(child, 'close');
  if (output !== undefined) {
    closeSync(output);
  }
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
