import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Docker from 'dockerode';
import { buildImage } from '../../compose/local/src/demo/build-image.js';
import { tarOf } from './tar-of.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const BUILD_STAGE = /^FROM \$\{NODE_IMAGE\} AS build\n[^]*?(?=^FROM )/m;
/** A small package that both services have. */
const WITH_TYPES = 'node_modules/commander/';
/** The stage's one command, which is several joined by `&&`. */
const RUN = /^RUN (?:.*\\\n)*.*$/m;

/**
 * Builds the image of a service by its own Dockerfile, on any base with `node` in it. Only what asks the npm registry and
 * compiles is left out: this checkout's packages and build take its place.
 */
export async function buildProductImage(
  docker: Docker,
  workspace: 'exporter' | 'companion',
  name: string,
  baseImage: string,
): Promise<void> {
  const context = await mkdtemp(path.join(tmpdir(), 'toposcope-image-'));
  try {
    const dockerfile = await readFile(path.join(ROOT, `compose/images/${workspace}.Dockerfile`), 'utf8');
    const [stage] = BUILD_STAGE.exec(dockerfile) ?? [];
    if (stage === undefined) {
      throw new Error(`compose/images/${workspace}.Dockerfile has no stage "build" on NODE_IMAGE.`);
    }
    await writeFile(
      path.join(context, 'Dockerfile'),
      dockerfile.replace(stage, () => withoutNpm(stage)),
    );
    await mkdir(path.join(context, 'src/node_modules'), { recursive: true });
    for (const folder of [workspace + '/dist', workspace + '/package.json', ...dependenciesOf(workspace)]) {
      await cp(path.join(ROOT, folder), path.join(context, 'src', folder), {
        recursive: true,
        filter: isNeededToRun,
      });
    }
    for (const file of ['compose/images/health.mjs', 'LICENSE']) {
      await cp(path.join(ROOT, file), path.join(context, file));
    }
    await buildImage(docker, tarOf(context), { name, arguments: { NODE_IMAGE: baseImage } });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** The build stage as it is, on other sources and without the commands of npm. */
function withoutNpm(stage: string): string {
  return stage.replace('COPY . .', 'COPY src .').replace(RUN, (run) => {
    const commands = run.replaceAll('\\\n', ' ').replace('RUN ', '').split('&&');
    const rest = commands.map((command) => command.trim()).filter((command) => !command.startsWith('npm '));
    return `RUN ${rest.join(' && ')}`;
  });
}

/**
 * Half of the packages' files are types, maps and documents, of which the stage has to take away the former: one package
 * brings them, since the engine is slow with many files.
 */
function isNeededToRun(file: string): boolean {
  return !file.includes('node_modules/') || file.includes(WITH_TYPES) || !/\.(?:map|md|[cm]?ts)$/.test(file);
}

/** The installed packages that a workspace runs with, as folders below the top of the repository. */
function dependenciesOf(workspace: string): readonly string[] {
  const list = execFileSync(
    'npm',
    ['ls', '--workspace', workspace, '--omit', 'dev', '--all', '--parseable', '--silent'],
    { cwd: ROOT, encoding: 'utf8' },
  );
  const folders = list
    .trim()
    .split('\n')
    .map((folder) => path.relative(ROOT, folder))
    .filter((folder) => folder.includes('node_modules/') && !folder.includes('@toposcope/'));
  // A package inside another's folder comes along with it.
  return folders.filter(
    (folder) => !folders.some((other) => other !== folder && folder.startsWith(`${other}/`)),
  );
}
