import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { deleteNamespace, run } from './network-namespaces.js';

const execute = promisify(execFile);
const AT_ONCE = 4;
const PREFIX = 'toposcope-churn';

/** The port on which each of them serves itself for a moment. */
export const CHURN_PORT = 8311;

/** A namespace with an id, as an engine makes them. */
const LIFE = `
  ip netns add "$1" && ip netns set "$1" auto && ip netns exec "$1" sh -c '
    ip link set lo up
    busybox nc -l -p ${CHURN_PORT} >/dev/null & sleep 0.1
    echo hello | busybox nc 127.0.0.1 ${CHURN_PORT}; wait'
  ip netns delete "$1"
`;

/** Makes and deletes so many namespaces, in each of which a process serves another; some at a time. */
export async function churnNamespaces(count: number): Promise<void> {
  await inTurns(count, (index) => execute('sh', ['-c', LIFE, 'life', `${PREFIX}-${index}`]));
}

/** Starts so many containers that do the same, and removes each when it has ended; some at a time. */
export async function churnContainers(docker: Docker, image: string, count: number): Promise<void> {
  const talk = `nc -l -p ${CHURN_PORT} >/dev/null & sleep 0.2; echo hello | nc 127.0.0.1 ${CHURN_PORT}; wait`;
  await inTurns(count, async () => {
    const container = await docker.createContainer({ Image: image, Cmd: ['sh', '-c', talk] });
    await container.start();
    await container.wait();
    await container.remove();
  });
}

/** Removes what a run that was killed has left. */
export function deleteChurnedNamespaces(): void {
  run('ip', 'netns', 'list')
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((name) => name.startsWith(PREFIX))
    .forEach(deleteNamespace);
}

/** Removes what is left of containers of the image, and the image. */
export async function removeChurnedContainers(docker: Docker, image: string): Promise<void> {
  const left = await docker.listContainers({ all: true, filters: { ancestor: [image] } });
  await Promise.all(left.map(({ Id }) => docker.getContainer(Id).remove({ force: true })));
  await docker.getImage(image).remove({ force: true });
}

/**
 * The ids of network namespaces without a name and without a process. A namespace keeps its id for as long as anything
 * holds it, so it is a descriptor that holds these.
 */
export function forsakenNamespaces(ask: (command: string, ...args: string[]) => string = run): string[] {
  const inhabited = new Set(ask('lsns', '--type', 'net', '--noheadings', '--output', 'NETNSID').split(/\s+/));
  return [...ask('ip', 'netns', 'list-id').matchAll(/^nsid (\d+)(.*)$/gm)]
    .filter(([, id = '', name = '']) => !name.includes('netns name') && !inhabited.has(id))
    .map(([, id = '']) => id);
}

/**
 * What an exposition says of the connections that such containers have opened and accepted, by series. A namespace without
 * a container is nobody's.
 */
export function openedByChurned(exposition: string): Map<string, number> {
  const rows = exposition
    .split('\n')
    .filter(
      (line) =>
        line.startsWith('toposcope_connections_opened_total{') &&
        line.includes(`port="${CHURN_PORT}"`) &&
        !/[{,]container_id=""/.test(line),
    );
  return new Map(
    rows.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

async function inTurns(times: number, step: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const turns = Array.from({ length: AT_ONCE }, async () => {
    while (next < times) {
      await step(next++);
    }
  });
  await Promise.all(turns);
}
