// `npm start`: makes a fresh checkout ready, then runs the stack. Plain JavaScript, since nothing is built yet.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// Not import.meta.dirname: a Node.js that is too old has none, and should get as far as to be told so.
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HELP = path.join(ROOT, 'compose/local/help.txt');
const MAIN = path.join(ROOT, 'compose/local/dist/main.js');
const BUILT = path.join(ROOT, 'compose/local/dist/.built');

const OUTPUTS = [
  MAIN,
  BUILT,
  path.join(ROOT, 'exporter/dist/main.js'),
  path.join(ROOT, 'companion/dist/main.js'),
  path.join(ROOT, 'grafana-datasource/dist/module.js'),
  path.join(ROOT, 'grafana-panel/dist/module.js'),
  path.join(ROOT, 'compose/viewer/dist/11/index.html'),
];
const SOURCES = [
  'package-lock.json',
  'tsconfig.json',
  'exporter/src',
  'companion/src',
  'grafana-datasource/src',
  'grafana-panel/src',
  'compose/local/src',
  'compose/viewer/src',
  'compose/viewer/build.mjs',
  'compose/viewer/build-plugin.mjs',
].map((name) => path.join(ROOT, name));

if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) {
  // Nobody should have to install packages to read it. `npm run golden` writes it from the options.
  process.stdout.write(readFileSync(HELP, 'utf8'));
  process.exit();
}
checkMachine();
if (isOlder(path.join(ROOT, 'node_modules/.package-lock.json'), path.join(ROOT, 'package-lock.json'))) {
  runNpm('Installing the npm packages', 'ci');
}
if (OUTPUTS.some((file) => !existsSync(file)) || newestTime(SOURCES) > modified(BUILT)) {
  const started = new Date();
  runNpm('Building', 'run', 'build');
  markBuilt(started);
}
// In this very process: one less to be left over when somebody kills it.
await import(MAIN);

function checkMachine() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`Node.js ${process.versions.node} is too old: install 20.19 or later.`);
  }
  if (process.platform !== 'linux') {
    fail(`The exporter reads Linux' own files, and this is ${process.platform}: run it on Linux.`);
  }
}

/**
 * @param {string} what said before it runs
 * @param {...string} args
 */
function runNpm(what, ...args) {
  console.log(`${what} (npm ${args.join(' ')}) …`);
  const npm = process.env.npm_execpath;
  const [command, first] = npm ? [process.execPath, [npm]] : ['npm', []];
  const { status, error } = spawnSync(command, [...first, ...args], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) {
    fail(`npm ${args.join(' ')} failed${error ? `: ${error.message}` : ''}. Its own message is above.`);
  }
}

/** @param {Date} started what was saved while the build ran is built next time */
function markBuilt(started) {
  closeSync(openSync(BUILT, 'w'));
  utimesSync(BUILT, started, started);
}

/** @param {string} file @param {string} reference @returns {boolean} */
function isOlder(file, reference) {
  return modified(file) < modified(reference);
}

/** @param {readonly string[]} paths files and folders @returns {number} milliseconds; folders count, so that a deletion shows */
function newestTime(paths) {
  let newest = 0;
  for (const name of paths) {
    newest = Math.max(newest, modified(name));
    if (existsSync(name) && statSync(name).isDirectory()) {
      newest = Math.max(newest, newestTime(readdirSync(name).map((entry) => path.join(name, entry))));
    }
  }
  return newest;
}

/** @param {string} name @returns {number} 0 where there is no such file */
function modified(name) {
  return statSync(name, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}
