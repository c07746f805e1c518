import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createContainerCollector } from './collectors/container.js';
import { createHostCollector } from './collectors/host.js';
import { createProcessCollector } from './collectors/process.js';
import { hostName } from './contract/ids.js';
import { createScrape, type Scrape } from './exposition/scrape.js';
import { writeExposition } from './exposition/text-format.js';
import { findCgroupMounts } from './kernel/cgroup-mounts.js';
import { createOpenFilesCounter } from './kernel/descriptors.js';
import { parseHostProcessors } from './kernel/host-statistics.js';
import { createOpenFiles } from './kernel/open-files.js';
import { createUserNames } from './kernel/passwd.js';
import { createProcessTable } from './kernel/procfs.js';
import type { Runtime } from './runtimes/container.js';
import { parseContainer } from './runtimes/docker-container.js';

const HOSTS = fileURLToPath(new URL('../../test/fixtures/hosts', import.meta.url));
const constants = { pageBytes: 4096, ticksPerSecond: 100 };

/** Everything but connections and the exporter itself, on a recorded host. */
function scrapeOf(name: string): Scrape {
  const root = `${HOSTS}/${name}`;
  const procRoot = `${root}/proc`;
  const host = hostName(name);
  const processes = createProcessTable({ procRoot, constants });
  const openFiles = createOpenFiles(createOpenFilesCounter(procRoot));
  const stat = readFileSync(`${procRoot}/stat`, 'utf8');
  return createScrape({
    collectors: [
      createHostCollector({
        host,
        procRoot,
        ticksPerSecond: constants.ticksPerSecond,
        identity: () => ({
          machineId: '0123456789abcdef',
          os: 'Debian GNU/Linux',
          osVersion: '12',
          kernel: '6.18.0',
          arch: 'x64',
          virtualization: 'kvm',
        }),
        addresses: {
          list: () => [{ interface: 'eth0', ip: '192.0.2.2', scope: 'global' }],
          close: () => undefined,
        },
      }),
      createContainerCollector({
        host,
        procRoot,
        runtimes: [recordedRuntime(`${root}/containers`)],
        mounts: findCgroupMounts(readFileSync(`${procRoot}/1/mountinfo`, 'utf8'), `${root}/sys`),
        processes,
        openFiles,
        log: { info: () => undefined },
        command: true,
        allowedLabels: ['tier', 'a.b', 'a-b'],
      }),
      createProcessCollector({
        host,
        procRoot,
        processes,
        openFiles,
        users: createUserNames(`${root}/etc/passwd`),
        ticksPerSecond: constants.ticksPerSecond,
        bootTime: () => parseHostProcessors(stat, 100)?.bootTime,
        limit: 1000,
        command: true,
      }),
    ],
    self: undefined,
    defaults: undefined,
    log: {
      error: (_details, message) => {
        throw new Error(message);
      },
      warn: (message) => {
        throw new Error(message);
      },
    },
  });
}

function recordedRuntime(folder: string): Runtime {
  const containers = readdirSync(folder)
    .sort()
    .map((file) => parseContainer(JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')), 'docker'));
  return {
    name: 'docker',
    socketPath: '/run/docker.sock',
    containers: () => containers,
    problem: () => undefined,
    close: () => Promise.resolve(),
  };
}

describe('the exposition of the recorded host', () => {
  it.each(['hybrid', 'v1', 'v2', 'hostile'])('%s is as it was', async (name) => {
    const { blocks } = await scrapeOf(name).run();
    const text = writeExposition(blocks, 'prometheus').toString('utf8');
    await expect(text).toMatchFileSnapshot(`${HOSTS}/${name}/exposition.txt`);
  });

  it.each(['hybrid', 'v1', 'v2', 'hostile'])('%s is valid, and the same in the next scrape', async (name) => {
    const scrape = scrapeOf(name);
    const first = writeExposition((await scrape.run()).blocks, 'prometheus').toString('utf8');
    const second = writeExposition((await scrape.run()).blocks, 'prometheus').toString('utf8');
    expect(second).toBe(first);
    const lines = first.split('\n').slice(0, -1);
    const LINE =
      /^(?:# (?:HELP|TYPE) [a-z0-9_]+ .+|[a-z0-9_]+\{(?:[a-z0-9_]+="(?:[^"\\\n]|\\[\\"n])*",?)*\} -?[0-9.e+-]+)$/;
    expect(lines.filter((line) => !LINE.test(line))).toEqual([]);
    const series = lines
      .filter((line) => !line.startsWith('#'))
      .map((line) => line.slice(0, line.lastIndexOf(' ')));
    expect(series).toEqual([...new Set(series)]);
  });
});
