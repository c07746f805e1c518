import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ContainerId } from '../contract/ids.js';
import { TrackedNamespace } from '../edges/tracked-namespace.js';
import { containerIdOfCgroup } from '../runtimes/container-id.js';
import { Newcomers } from './newcomers.js';

const FULL_ID = 'abcdef012345'.padEnd(64, '0');
const ID = FULL_ID.slice(0, 12) as ContainerId;
const OTHER = '111111111111' as ContainerId;
const PID = 7;

describe('Newcomers', () => {
  let procRoot: string;
  let namespace: TrackedNamespace | undefined;
  const welcome = vi.fn(() => namespace);
  const meet = vi.fn();
  const tracker = { rebuildAddresses: vi.fn(), forgetBriefEdges: vi.fn() };
  let newcomers: Newcomers;

  beforeEach(() => {
    vi.clearAllMocks();
    procRoot = mkdtempSync(path.join(tmpdir(), 'toposcope-newcomers-'));
    newcomers = new Newcomers(
      {
        source: { addresses: () => new Set(['10.0.0.2']), announcesEnds: () => true },
        inhabitants: { meet },
        containerOf: containerIdOfCgroup,
        tracker,
        procRoot,
      },
      { welcome },
    );
  });

  afterEach(() => rmSync(procRoot, { recursive: true }));

  /** A process of that cgroup; the inode of what stands for its network namespace. */
  function live(cgroup: string): number {
    const folder = path.join(procRoot, String(PID));
    mkdirSync(path.join(folder, 'ns'), { recursive: true });
    writeFileSync(path.join(folder, 'ns/net'), '');
    writeFileSync(path.join(folder, 'cgroup'), `0::${cgroup}\n`);
    writeFileSync(
      path.join(folder, 'stat'),
      `${PID} (sh) S 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4711 1000 10 18446744073709551615\n`,
    );
    const { ino } = statSync(path.join(folder, 'ns/net'));
    namespace = new TrackedNamespace(ino, false);
    return ino;
  }

  it('opens the namespace of a container, and learns its addresses', () => {
    const inode = live(`/docker/${FULL_ID}`);
    newcomers.welcome({ id: ID, pid: PID, networkMode: 'bridge' });
    expect(welcome.mock.calls).toEqual([
      [inode, { pid: PID, name: 'sh', cgroup: `/docker/${FULL_ID}`, startTicks: 4711 }, true],
    ]);
    expect(meet).toHaveBeenCalledWith(inode, PID);
    expect(namespace).toMatchObject({ isWatched: true, addresses: new Set(['10.0.0.2']) });
    expect(tracker.rebuildAddresses).toHaveBeenCalledOnce();
    expect(tracker.forgetBriefEdges).toHaveBeenCalledOnce();
  });

  it.each([
    [
      'has the number of another container’s process, in an engine’s own pid namespace',
      `/docker/${FULL_ID}`,
      OTHER,
    ],
    ['has the number of a process of the host', '/system.slice/cron.service', ID],
  ])('leaves alone what %s', (_, cgroup, id) => {
    live(cgroup);
    newcomers.welcome({ id, pid: PID, networkMode: 'bridge' });
    expect(welcome).not.toHaveBeenCalled();
  });

  it('leaves alone what has ended', () => {
    newcomers.welcome({ id: ID, pid: PID, networkMode: 'bridge' });
    expect(welcome).not.toHaveBeenCalled();
  });

  it('learns nothing of a namespace that could not be opened', () => {
    live(`/docker/${FULL_ID}`);
    namespace = undefined;
    newcomers.welcome({ id: ID, pid: PID, networkMode: 'bridge' });
    expect(meet).not.toHaveBeenCalled();
    expect(tracker.rebuildAddresses).not.toHaveBeenCalled();
  });
});
