import { execFileSync } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Docker from 'dockerode';
import { findStaticBusybox } from '../../compose/local/src/demo/static-busybox.js';
import { buildImage } from '../../compose/local/src/demo/build-image.js';
import { tarOf } from './tar-of.js';

/** Programs of this machine that take the place of an image that cannot be pulled. */
export interface StandIn {
  readonly name: string;
  /** Absolute paths; what `ldd` lists for them comes along. They are in the image's PATH. */
  readonly programs?: readonly string[];
  /** Further files and folders: path here → path in the image. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Folders as the images have them that are played: `/tmp` for all, `/prometheus` for its user. */
const SETUP = [
  'mkdir -p /tmp /etc /usr/bin /prometheus',
  'chmod 1777 /tmp /prometheus',
  'busybox --install -s /bin',
  'ln -s /bin/env /usr/bin/env',
];
const DOCKERFILE = `FROM scratch
COPY root /
ENV PATH=/usr/local/bin:/bin
RUN ["/bin/busybox", "sh", "-c", "${SETUP.join(' && ')}"]
`;

/** Builds an image from nothing: a static busybox and programs of this machine with their libraries. */
export async function buildStandIn(
  docker: Docker,
  { name, programs = [], files = {} }: StandIn,
): Promise<void> {
  const context = await mkdtemp(path.join(tmpdir(), 'toposcope-stand-in-'));
  const place = async (source: string, target: string): Promise<void> => {
    const copy = path.join(context, 'root', target);
    await mkdir(path.dirname(copy), { recursive: true });
    await cp(source, copy, { recursive: true, dereference: true });
  };
  try {
    const busybox = path.join(context, 'root/bin/busybox');
    await mkdir(path.dirname(busybox), { recursive: true });
    await copyFile(await findStaticBusybox(process.env.PATH ?? '', context), busybox);
    await chmod(busybox, 0o755);
    for (const program of programs) {
      await place(program, path.join('usr/local/bin', path.basename(program)));
      for (const library of librariesOf(program)) {
        await place(library, library);
      }
    }
    for (const [source, target] of Object.entries(files)) {
      await place(source, target);
    }
    await writeFile(path.join(context, 'Dockerfile'), DOCKERFILE);
    await buildImage(docker, tarOf(context), { name });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** The dynamic linker and the libraries that it would load; none for a static program. */
function librariesOf(program: string): readonly string[] {
  try {
    const list = execFileSync('ldd', [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return [...list.matchAll(/(?:=> |^\s+)(\/\S+)/gm)].map(([, library = '']) => library);
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    if (`${stdout}${stderr}`.includes('not a dynamic executable')) {
      return [];
    }
    throw error;
  }
}
