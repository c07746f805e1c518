import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type Docker from 'dockerode';
import { buildImage } from '../../compose/local/src/demo/build-image.js';
import { findStaticBusybox } from '../../compose/local/src/demo/static-busybox.js';

const DOCKERFILE = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "mkdir", "-p", "/tmp", "/etc"]
RUN ["/bin/busybox", "--install", "-s", "/bin"]
ENV PATH=/bin
CMD ["sleep", "86400"]
`;

/** Builds an image of nothing but a static busybox; nothing is pulled. The caller removes it. */
export async function buildBusyboxImage(docker: Docker, name: string): Promise<void> {
  const context = await mkdtemp(path.join(tmpdir(), 'toposcope-busybox-'));
  try {
    const busybox = await findStaticBusybox(process.env.PATH ?? '', context);
    await copyFile(busybox, path.join(context, 'busybox'));
    await chmod(path.join(context, 'busybox'), 0o755);
    await writeFile(path.join(context, 'Dockerfile'), DOCKERFILE);
    await buildImage(docker, context, { name });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}
