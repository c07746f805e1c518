import type Docker from 'dockerode';

export interface ImageBuild {
  /** The image's name. */
  readonly name: string;
  /** Dockerfile's own path in the context; `Dockerfile` without it. */
  readonly dockerfile?: string;
  readonly target?: string;
  readonly arguments?: Readonly<Record<string, string>>;
}

/**
 * Builds an image with the engine's own builder from all files of a folder, or of a tar archive. Throws with the builder's
 * words.
 */
export async function buildImage(
  docker: Docker,
  context: string | NodeJS.ReadableStream,
  build: ImageBuild,
): Promise<void> {
  const progress = await docker.buildImage(typeof context === 'string' ? { context, src: ['.'] } : context, {
    t: build.name,
    forcerm: true,
    ...(build.dockerfile === undefined ? {} : { dockerfile: build.dockerfile }),
    ...(build.target === undefined ? {} : { target: build.target }),
    ...(build.arguments === undefined ? {} : { buildargs: { ...build.arguments } }),
  });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(progress, (error, steps: { error?: string; stream?: string }[]) => {
      const failure = error?.message ?? steps.find((step) => step.error !== undefined)?.error;
      if (failure === undefined) {
        resolve();
      } else {
        const words = steps.map((step) => step.stream ?? '').join('');
        reject(new Error(`The image ${build.name} cannot be built: ${failure}\n${words.slice(-2_000)}`));
      }
    });
  });
}
