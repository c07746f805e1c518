import { get } from 'node:http';
import { z } from 'zod';
import type { PodmanPod } from './container.js';

/** Podman's own API beside Docker's; all releases since 3.0 serve this version of it. */
const PODS = '/v4.0.0/libpod/pods/json';
const LONGEST_ANSWER = 16 * 1024 * 1024;

/** What is read of it. A pod without containers has null. */
const pods = z.array(
  z.object({
    Id: z.string(),
    Name: z.string(),
    Containers: z.array(z.object({ Id: z.string() })).nullish(),
  }),
);

/**
 * Asks Podman for its pods, which Docker's API does not know. A container's pod never changes.
 *
 * @returns the pods by the full ids of their containers, the one that holds the pod's namespaces included
 * @throws when Podman refuses, or answers something else
 */
export async function listPodmanPods(
  socketPath: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PodmanPod>> {
  const listed = pods.parse(JSON.parse(await textOf(socketPath, signal)));
  return new Map(
    listed.flatMap(({ Id, Name, Containers }) =>
      (Containers ?? []).map((container) => [container.Id, { id: Id, name: Name }] as const),
    ),
  );
}

function textOf(socketPath: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({ socketPath, path: PODS, signal }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > LONGEST_ANSWER) {
          answer.destroy(new Error(`Podman told of its pods in more than ${LONGEST_ANSWER} characters`));
        }
      });
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200) {
          resolve(text);
        } else {
          reject(new Error(`Podman answered ${answer.statusCode ?? 0} to ${PODS}`));
        }
      });
    });
    request.on('error', reject);
  });
}
