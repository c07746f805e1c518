import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContainerCollector } from './collectors/container.js';
import { createProcessCollector } from './collectors/process.js';
import { hostName } from './contract/ids.js';
import { createScrape } from './exposition/scrape.js';
import { createOpenFilesCounter } from './kernel/descriptors.js';
import { createOpenFiles } from './kernel/open-files.js';
import { createProcessTable } from './kernel/procfs.js';
import { parseContainer } from './runtimes/docker-container.js';

const CONTAINERS = 10_000;
const LIMIT = 1_000;

/** In memory where there is such a place: 70,000 files are nothing for a disk that others use. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(MEMORY, 'toposcope-many-'));
  for (let index = 0; index < CONTAINERS; index++) {
    putContainer(index);
  }
}, 120_000);
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
}, 60_000);

const idOf = (index: number) => index.toString(16).padStart(12, '0').padEnd(64, 'f');

/** One process in a v2 group of its own, with as few files as a scrape needs. */
function putContainer(index: number): void {
  const proc = join(root, 'proc', String(index + 10));
  const group = join(root, 'cgroup/docker', idOf(index));
  mkdirSync(join(proc, 'ns'), { recursive: true });
  mkdirSync(group, { recursive: true });
  const numbers = `S 1 1 1 0 -1 4194560 0 0 0 0 ${index} 0 0 0 20 0 1 0 900 0 1 0`;
  writeFileSync(join(proc, 'stat'), `${index + 10} (app) ${numbers}\n`);
  writeFileSync(join(proc, 'cgroup'), `0::/docker/${idOf(index)}\n`);
  symlinkSync(`net:[${4_026_532_000 + index}]`, join(proc, 'ns/net'));
  writeFileSync(join(group, 'cpu.stat'), `user_usec ${index}\nsystem_usec 0\n`);
  writeFileSync(join(group, 'pids.current'), '1\n');
}

describe('a host with 10,000 containers', () => {
  it('is scraped whole, the processes up to their limit, and the groups of all', async () => {
    const constants = { pageBytes: 4096, ticksPerSecond: 100 };
    const procRoot = join(root, 'proc');
    const host = hostName('many');
    const processes = createProcessTable({ procRoot, constants });
    const openFiles = createOpenFiles(createOpenFilesCounter(procRoot));
    const containers = Array.from({ length: CONTAINERS }, (_, index) =>
      parseContainer(
        { Id: idOf(index), Name: `c${index}`, State: { Status: 'running', Pid: index + 10 } },
        'docker',
      ),
    );
    const log = {
      error: (_: object, message: string) => expect.fail(message),
      warn: (message: string) => expect.fail(message),
    };
    const scrape = createScrape({
      collectors: [
        createContainerCollector({
          host,
          procRoot,
          runtimes: [
            {
              name: 'docker',
              socketPath: '/run/docker.sock',
              containers: () => containers,
              problem: () => undefined,
              close: () => Promise.resolve(),
            },
          ],
          mounts: { version: 'v2', unified: join(root, 'cgroup'), controllers: new Map() },
          processes,
          openFiles,
          log: { info: () => undefined },
          command: false,
          allowedLabels: [],
        }),
        createProcessCollector({
          host,
          procRoot,
          processes,
          openFiles,
          users: { nameOf: String },
          ticksPerSecond: 100,
          bootTime: () => 0,
          limit: LIMIT,
          command: false,
        }),
      ],
      self: undefined,
      defaults: undefined,
      log,
      timeoutMs: 60_000,
    });
    const { blocks, runs } = await scrape.run();
    expect(runs.map(({ error }) => error)).toEqual([undefined, undefined]);
    const samples = new Map(blocks.map((block) => [block.heading.name, block.samples]));
    expect(samples.get('toposcope_container_info')).toBe(CONTAINERS);
    expect(samples.get('toposcope_container_cpu_seconds_total')).toBe(2 * CONTAINERS);
    expect(samples.get('toposcope_container_pids')).toBe(CONTAINERS);
    expect(samples.get('toposcope_process_info')).toBe(LIMIT);
    expect(samples.get('toposcope_process_group_processes')).toBe(CONTAINERS);
  }, 120_000);
});
