import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostName } from '../contract/ids.js';
import type { ProcessRecord } from '../kernel/process.js';
import { parseContainer } from '../runtimes/docker-container.js';
import { createResourceReader, type ResourceReader } from './container-resources.js';

const ID = 'a'.repeat(64);
const PID = 7;
const GROUP = `cgroup/docker/${ID}`;

let root: string;
let reader: ResourceReader;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'toposcope-resources-'));
  put(`proc/${PID}/cgroup`, `0::/docker/${ID}\n`);
  put(`${GROUP}/cpu.stat`, 'user_usec 1\nsystem_usec 1\n');
  put(`${GROUP}/pids.current`, '1\n');
  put(`${GROUP}/pids.max`, '100\n');
  reader = createResourceReader({
    host: hostName('h'),
    procRoot: join(root, 'proc'),
    mounts: { version: 'v2', unified: join(root, 'cgroup'), controllers: new Map() },
  });
});
afterEach(() => {
  reader.close();
  rmSync(root, { recursive: true });
});

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** As a runtime does of a container that it has looked at again. */
const inspected = () => parseContainer({ Id: ID, State: { Status: 'running', Pid: PID } }, 'docker');

const first: ProcessRecord = {
  pid: PID,
  ppid: 1,
  name: 'a',
  state: 'S',
  uid: 0,
  startTicks: 1,
  cpuSeconds: 0,
  residentBytes: 0,
  threads: 1,
  cgroup: `/docker/${ID}`,
  netns: 0,
};

function read(container: ReturnType<typeof inspected>, takenAt: number) {
  const processes = new Map([[PID, first]]);
  return reader.read([container], { takenAt, processes }, new Map())[0];
}

describe('createResourceReader', () => {
  it('reads what is used at every time, and limits again after a minute', () => {
    const container = inspected();
    expect(read(container, 0)).toMatchObject({ cgroup: { pids: 1 }, limits: { pids: 100 } });
    put(`${GROUP}/pids.current`, '2\n');
    put(`${GROUP}/pids.max`, '200\n');
    expect(read(container, 59_999)).toMatchObject({ cgroup: { pids: 2 }, limits: { pids: 100 } });
    expect(read(container, 60_000)).toMatchObject({ cgroup: { pids: 2 }, limits: { pids: 200 } });
  });

  it('reads limits again as soon as the runtime has told of a change', () => {
    expect(read(inspected(), 0)?.limits?.pids).toBe(100);
    put(`${GROUP}/pids.max`, 'max\n');
    expect(read(inspected(), 1)?.limits).toMatchObject({ pids: undefined });
  });

  it('knows no limits of a group whose use is gone', () => {
    rmSync(join(root, GROUP, 'cpu.stat'));
    expect(read(inspected(), 0)).toMatchObject({ cgroup: undefined, limits: undefined, threads: 1 });
  });

  it('looks for the group again until the first process tells it', () => {
    const container = inspected();
    rmSync(join(root, `proc/${PID}/cgroup`));
    expect(read(container, 0)?.cgroup).toBeUndefined();
    put(`proc/${PID}/cgroup`, `0::/docker/${ID}\n`);
    expect(read(container, 1)?.cgroup?.pids).toBe(1);
  });
});
