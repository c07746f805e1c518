import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { engineAnswers } from '../engines/docker.js';
import { ExporterRun } from '../engines/exporter.js';
import { deleteNamespace, run } from '../engines/network-namespaces.js';
import { residentMibOf, sumOfSamples } from '../measure/exporter-process.js';

const execute = promisify(execFile);
const canRun = process.getuid?.() === 0 && (await engineAnswers());
const IMAGE = `toposcope-test-churn-${randomBytes(4).toString('hex')}`;
const PREFIX = 'toposcope-churn';
const PORT = 8311;
const NAMESPACES = 200;
const CONTAINERS = 16;
const AT_ONCE = 4;

/** A namespace with an id, as an engine makes them, in which a process serves another for a moment. */
const LIFE = `
  ip netns add "$1" && ip netns set "$1" auto && ip netns exec "$1" sh -c '
    ip link set lo up
    busybox nc -l -p ${PORT} >/dev/null & sleep 0.1
    echo hello | busybox nc 127.0.0.1 ${PORT}; wait'
  ip netns delete "$1"
`;

describe.skipIf(!canRun)(
  'the exporter, while namespaces and containers come and go (needs root and an engine)',
  () => {
    const docker = new Docker();
    let exporter: ExporterRun;

    beforeAll(async () => {
      namesLeft().forEach(deleteNamespace);
      await buildBusyboxImage(docker, IMAGE);
      exporter = await ExporterRun.serving(['--connection.interval=1s']);
      await exporter.scrape();
    });

    afterAll(async () => {
      namesLeft().forEach(deleteNamespace);
      const left = await docker.listContainers({ all: true, filters: { ancestor: [IMAGE] } });
      await Promise.all(left.map(({ Id }) => docker.getContainer(Id).remove({ force: true })));
      await docker.getImage(IMAGE).remove({ force: true });
      await exporter.stop();
    });

    it(`keeps neither descriptors nor namespaces of ${NAMESPACES} namespaces and ${CONTAINERS} containers`, async () => {
      const before = { descriptors: exporter.descriptors(), forsaken: forsakenNamespaces() };
      await inTurns(NAMESPACES / 2, (index) => execute('sh', ['-c', LIFE, 'life', `${PREFIX}-${index}`]));
      await exporter.scrape();
      const halfway = residentMibOf(exporter.pid);
      await inTurns(NAMESPACES / 2, (index) => execute('sh', ['-c', LIFE, 'life', `${PREFIX}-${index}`]));
      await inTurns(CONTAINERS, () => runContainer(docker));
      await vi.waitFor(
        async () => {
          const text = await exporter.scrape();
          expect(forsakenNamespaces().filter((id) => !before.forsaken.includes(id))).toEqual([]);
          expect(exporter.descriptors()).toBeLessThanOrEqual(before.descriptors);
          expect(sumOfSamples(text, 'toposcope_listener_info', `port="${PORT}"`)).toBe(0);
        },
        { timeout: 40_000, interval: 500 },
      );
      expect(residentMibOf(exporter.pid) - halfway).toBeLessThan(16);
      expect(await exporter.scrape()).not.toMatch(/^toposcope_collector_up\{.*\} 0$/m);
    });
  },
);

async function inTurns(times: number, step: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const turns = Array.from({ length: AT_ONCE }, async () => {
    while (next < times) {
      await step(next++);
    }
  });
  await Promise.all(turns);
}

async function runContainer(docker: Docker): Promise<void> {
  const talk = `nc -l -p ${PORT} >/dev/null & sleep 0.2; echo hello | nc 127.0.0.1 ${PORT}; wait`;
  const container = await docker.createContainer({ Image: IMAGE, Cmd: ['sh', '-c', talk] });
  await container.start();
  await container.wait();
  await container.remove();
}

function namesLeft(): string[] {
  return run('ip', 'netns', 'list')
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((name) => name.startsWith(PREFIX));
}

/**
 * The ids of network namespaces without a name and without a process. A namespace keeps its id for as long as anything
 * holds it, so it is a descriptor that holds these.
 */
function forsakenNamespaces(): string[] {
  const inhabited = new Set(run('lsns', '--type', 'net', '--noheadings', '--output', 'NETNSID').split(/\s+/));
  return [...run('ip', 'netns', 'list-id').matchAll(/^nsid (\d+)(.*)$/gm)]
    .filter(([, id = '', name = '']) => !name.includes('netns name') && !inhabited.has(id))
    .map(([, id = '']) => id);
}
