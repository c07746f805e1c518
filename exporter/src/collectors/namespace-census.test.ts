import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { NO_CONTAINER, hostName, type ContainerId } from '../contract/ids.js';
import { ConnectionTracker } from '../edges/connection-tracker.js';
import { EdgeLedger } from '../edges/edge-ledger.js';
import type { CgroupIds } from '../kernel/cgroup-id.js';
import type { ProcessRecord } from '../kernel/process.js';
import type { Inhabitants } from './inhabitants.js';
import { NamespaceCensus } from './namespace-census.js';

const POD = '111111111111' as ContainerId;
const APP = '222222222222' as ContainerId;
const SIDECAR = '333333333333' as ContainerId;
const NAMESPACE = 5;

function process(pid: number, name: string, cgroup: string): ProcessRecord {
  return {
    ...{ pid, ppid: 1, name, cgroup, netns: NAMESPACE, state: 'S', uid: 0, startTicks: pid },
    ...{ cpuSeconds: 0, residentBytes: 0, threads: 1 },
  };
}

/** Who is found in a namespace of those processes, each in the cgroup of its container. */
function found(processes: readonly ProcessRecord[]) {
  const tracker = new ConnectionTracker({
    ledger: new EdgeLedger(hostName('h'), { edges: 1, edgesPerContainer: 1, idleMs: 1 }),
    surroundings: {
      ownerOfInode: () => undefined,
      ownerOfCgroup: () => undefined,
      actualDestination: () => undefined,
      actualSource: () => undefined,
      proxyTarget: () => undefined,
      strangerAt: () => undefined,
      isInhabited: () => true,
      nameOf: () => '',
    },
    publicPeers: false,
    firstEphemeralPort: 32_768,
  });
  const snapshot = { takenAt: 0, processes: new Map(processes.map((each) => [each.pid, each])) };
  const census = new NamespaceCensus({
    source: { open: () => true, release: () => undefined, events: undefined },
    tracker,
    inhabitants: { learn: () => undefined } as unknown as Inhabitants,
    cgroupIds: { learn: () => undefined } as unknown as CgroupIds,
    processTable: { refresh: () => snapshot, discover: () => snapshot },
    containerOf: (cgroup) => (cgroup === '' ? undefined : (cgroup as ContainerId)),
    logger: pino({ level: 'silent' }),
    now: () => 0,
    maxTableAgeMs: 0,
  });
  census.take(true);
  const { occupants, sandbox, soleOccupant } = tracker.namespaces.get(NAMESPACE) ?? {};
  return { occupants: [...(occupants ?? [])], sandbox, soleOccupant };
}

describe('NamespaceCensus', () => {
  it('knows that a pod’s sandbox opens no sockets, so that a pod of one container is that one’s', () => {
    expect(found([process(1, 'pause', POD), process(2, 'app', APP)])).toEqual({
      occupants: [APP],
      sandbox: POD,
      soleOccupant: APP,
    });
  });

  it('knows the sandbox that holds it for several containers', () => {
    const processes = [process(1, 'pause', POD), process(2, 'app', APP), process(3, 'proxy', SIDECAR)];
    expect(found(processes)).toEqual({
      occupants: [APP, SIDECAR],
      sandbox: POD,
      soleOccupant: undefined,
    });
  });

  it('finds the sandbox in it when that is all there is', () => {
    expect(found([process(1, 'pause', POD)])).toMatchObject({ occupants: [POD], soleOccupant: POD });
  });

  it('finds no sandbox in the host’s, which some containers share', () => {
    expect(found([process(1, 'init', ''), process(2, 'app', APP)])).toEqual({
      occupants: [NO_CONTAINER, APP],
      sandbox: undefined,
      soleOccupant: undefined,
    });
  });
});
