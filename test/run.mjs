// `npm test`: the whole truth, in order. Ends early only where what follows would say nothing new. See docs/contributing.md.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { installPackages, missingPackages } from './debian-packages.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
const GRAFANA_13 = path.join(ROOT, 'compose/viewer/grafana-13');
const VITEST = path.join(ROOT, 'node_modules/vitest/vitest.mjs');
/** By its time `npm start` knows that it need not build. */
const BUILT = path.join(ROOT, 'compose/local/dist/.built');
const folder = mkdtempSync(path.join(tmpdir(), 'toposcope-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
/** What failed or was tried again, told once more at the end: what a step prints is long. @type {string[]} */
const remarks = [];
/** How long each step took. @type {string[]} */
const seconds = [];

/** They need Debian's packages, and a failure of theirs does not spoil what comes after it. */
const FOR_REAL = new Set(['integration', 'browser', 'programs', 'companion', 'panel']);

const isRoot = process.getuid?.() === 0;
const missing = missingPackages();
if (missing.length > 0 && isRoot) {
  installPackages(missing);
}
const skipped = missing.length > 0 && !isRoot ? FOR_REAL : new Set();

/**
 * @typedef {object} How
 * @property {string} [cwd]
 * @property {Record<string, string>} [env]
 * @property {string} [log] a file for what is printed
 * @property {boolean} [aside] takes only the processor's time that nobody else wants
 *
 * @typedef {object} Outcome
 * @property {boolean} fine
 * @property {number} [passed]
 * @property {number} [failed]
 * @property {number} [skipped]
 * @property {string[]} [remarks]
 *
 * @typedef {[name: string, run: (how: How) => Promise<Outcome>]} Step
 */

/**
 * One stage after the other. The lanes of a stage run at the same time: there are two cores, and most of what is here
 * waits much of the time. The steps of a lane run one after the other. What only reads the sources runs beside the tests
 * that wait most, and aside, so that it keeps none of them waiting.
 *
 * @type {Step[][][]}
 */
const STAGES = [
  [
    [['unit', (how) => vitest('unit', how)]],
    [
      ['the packages of Grafana 13', packagesOfGrafana13],
      ['build', build],
    ],
  ],
  [
    [
      ['integration', (how) => vitest('integration', how)],
      ['browser', (how) => vitest('browser', how)],
    ],
    [
      ['programs', (how) => vitest('programs', how)],
      ['companion', (how) => vitest('companion', how)],
      ['panel', (how) => vitest('panel', how)],
    ],
    [
      ['types', aside(async (how) => all(npm('typecheck', how), () => npm('typecheck:grafana-13', how)))],
      ['lint', aside((how) => npm('lint:code', how))],
      ['format', aside((how) => npm('lint:format', how))],
      ['unused', aside((how) => npm('lint:unused', how))],
    ],
  ],
  [[['a real Grafana', grafana]]],
];

for (const lanes of STAGES) {
  if (!(await atOnce(lanes))) {
    break;
  }
}
rmSync(folder, { recursive: true, force: true });
console.log(['', ...remarks].join('\n'));
console.log(`\nSeconds: ${seconds.join(', ')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);

/**
 * Runs lanes at the same time. What the first prints is seen at once; what the others print follows it, whole.
 *
 * @param {Step[][]} lanes
 * @returns {Promise<boolean>} whether what follows would say anything new
 */
async function atOnce(lanes) {
  const [first = [], ...others] = lanes;
  const logs = others.map((_, index) => path.join(folder, `lane-${index}.log`));
  const goesOn = await Promise.all([
    inTurn(first),
    ...others.map((steps, index) => inTurn(steps, logs[index])),
  ]);
  for (const log of logs) {
    process.stdout.write(readFileSync(log));
    rmSync(log);
  }
  return goesOn.every(Boolean);
}

/**
 * @param {Step[]} steps
 * @param {string} [log]
 * @returns {Promise<boolean>}
 */
async function inTurn(steps, log) {
  /** @param {string} line */
  const say = (line) => (log === undefined ? console.log(line) : appendFileSync(log, `${line}\n`));
  for (const [name, step] of steps) {
    if (skipped.has(name)) {
      total.skipped += 1;
      say(`\n— ${name}: skipped. It needs Debian packages that are not installed; as root:`);
      say(`  apt-get install --no-install-recommends ${missing.join(' ')}`);
      continue;
    }
    say(`\n— ${name}`);
    const started = Date.now();
    const outcome = await step({ log });
    seconds.push(`${name} ${Math.round((Date.now() - started) / 1_000)}`);
    count(outcome);
    if (!outcome.fine) {
      say(`\nFailed: ${name}`);
      if (!FOR_REAL.has(name)) {
        return false;
      }
    }
  }
  return true;
}

/**
 * The test runners' own counts are added up; any other step counts only when it fails.
 *
 * @param {Outcome} outcome
 */
function count({ fine, passed = 0, failed = 0, skipped: left = 0, remarks: told = [] }) {
  total.passed += passed;
  total.failed += fine ? failed : Math.max(failed, 1);
  total.skipped += left;
  remarks.push(...told);
}

/** @param {How} how @returns {Promise<Outcome>} */
async function packagesOfGrafana13(how) {
  return isFresh(GRAFANA_13) ? { fine: true } : run('npm', ['ci'], { ...how, cwd: GRAFANA_13 });
}

/** @param {How} how */
async function build(how) {
  const started = new Date();
  const outcome = await all(npm('build', how), () =>
    run(process.execPath, ['build.mjs', '13'], { ...how, cwd: path.join(ROOT, 'compose/viewer') }),
  );
  if (outcome.fine) {
    // Else the first test of `npm start` would build once more, beneath the tests that run beside it.
    closeSync(openSync(BUILT, 'w'));
    utimesSync(BUILT, started, started);
  }
  return outcome;
}

/** @param {Step[1]} run @returns {Step[1]} */
function aside(run) {
  return (how) => run({ ...how, aside: true });
}

/** The second only where the first ended well. @param {Promise<Outcome>} first @param {() => Promise<Outcome>} second */
async function all(first, second) {
  const outcome = await first;
  return outcome.fine ? second() : outcome;
}

/** @param {string} script @param {How} how */
function npm(script, how) {
  return run('npm', ['run', '--silent', script], how);
}

/**
 * @param {'unit' | 'integration' | 'browser' | 'programs' | 'companion' | 'panel'} project
 * @param {How} how
 * @returns {Promise<Outcome>}
 */
async function vitest(project, how) {
  const countsFile = path.join(folder, `${project}.json`);
  // Unit tests of one worker share what is installed: half of their time would go into loading it for each file.
  const flags = project === 'unit' ? ['--no-isolate'] : [];
  const { fine } = await run(process.execPath, [VITEST, 'run', '--project', project, ...flags], {
    ...how,
    env: { TOPOSCOPE_TEST_COUNTS: countsFile },
  });
  return { fine, ...(existsSync(countsFile) ? JSON.parse(readFileSync(countsFile, 'utf8')) : {}) };
}

/** Without GRAFANA_URL each of its tests is skipped by name. @param {How} how @returns {Promise<Outcome>} */
async function grafana(how) {
  const report = path.join(folder, 'grafana.json');
  const { fine } = await run('npm', ['run', '--silent', 'test:grafana', '--', '--reporter', 'list,json'], {
    ...how,
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report },
  });
  if (!existsSync(report)) {
    return { fine };
  }
  const { stats, errors } = JSON.parse(readFileSync(report, 'utf8'));
  return {
    fine,
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + errors.length,
    skipped: stats.skipped,
  };
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {How} how
 * @returns {Promise<Outcome>} fine where it ended well
 */
async function run(command, args, { cwd = ROOT, env = {}, log, aside: yields = false }) {
  const output = log === undefined ? undefined : openSync(log, 'a');
  const child = spawn(command, args, {
    cwd,
    stdio: output === undefined ? 'inherit' : ['ignore', output, output],
    env: { ...process.env, ...env },
  });
  if (yields && child.pid !== undefined) {
    // Early enough for what it will start: npm takes its time.
    setPriority(child.pid, constants.priority.PRIORITY_LOW);
  }
  const [status] = await once(child, 'close');
  if (output !== undefined) {
    closeSync(output);
  }
  return { fine: status === 0 };
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
