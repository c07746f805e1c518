import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { NO_CONTAINER, hostName, type ContainerId } from '../contract/ids.js';
import { ConnectionTracker } from '../edges/connection-tracker.js';
import { EdgeLedger } from '../edges/edge-ledger.js';
import { NO_SURROUNDINGS } from '../edges/no-surroundings.js';
import type { CgroupIds } from '../kernel/cgroup-id.js';
import type { ProcessRecord } from '../kernel/process.js';
import type { Inhabitants } from './inhabitants.js';
import { ANY_CONTAINER, NamespaceCensus } from './namespace-census.js';

const POD = '111111111111' as ContainerId;
const APP = '222222222222' as ContainerId;
const SIDECAR = '333333333333' as ContainerId;
const NAMESPACE = 5;
const ENDED = 99;

function process(pid: number, name: string, cgroup: string): ProcessRecord {
  return {
    ...{ pid, ppid: 1, name, cgroup, netns: NAMESPACE, state: 'S', uid: 0, startTicks: pid },
    ...{ cpuSeconds: 0, residentBytes: 0, threads: 1 },
  };
}

/** A census of those processes, each in the cgroup of its container, at a time that may be set. */
function censusOf(found: readonly ProcessRecord[]) {
  const time = { now: 0 };
  const processes = new Map(found.map((each) => [each.pid, each]));
  const tracker = new ConnectionTracker({
    ledger: new EdgeLedger(hostName('h'), { edges: 1, edgesPerContainer: 1, idleMs: 1 }),
    surroundings: NO_SURROUNDINGS,
    publicPeers: false,
    firstEphemeralPort: 32_768,
  });
  const census = new NamespaceCensus({
    source: { open: (_, pid) => pid !== ENDED, release: () => undefined, events: undefined },
    tracker,
    inhabitants: { learn: () => undefined } as unknown as Inhabitants,
    cgroupIds: { learn: () => undefined } as unknown as CgroupIds,
    processTable: {
      refresh: () => ({ takenAt: time.now, processes }),
      discover: () => ({ takenAt: time.now, processes }),
    },
    containerOf: (cgroup) => (cgroup === '' ? undefined : (cgroup as ContainerId)),
    logger: pino({ level: 'silent' }),
    now: () => time.now,
    maxTableAgeMs: 0,
  });
  return { census, tracker, time, processes };
}

function occupantsOf(tracker: ConnectionTracker, inode = NAMESPACE) {
  const { occupants, sandbox, soleOccupant } = tracker.namespaces.get(inode) ?? {};
  return { occupants: [...(occupants ?? [])], sandbox, soleOccupant };
}

/** Who is found in a namespace of those processes. */
function found(processes: readonly ProcessRecord[]) {
  const { census, tracker } = censusOf(processes);
  census.take(true);
  return occupantsOf(tracker);
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

  it.each(['runc:[1:CHILD]', 'runc:[2:INIT]', 'crun'])(
    'counts no %s that a runtime sends into a container among those who live there',
    (name) => {
      expect(found([process(2, 'app', APP), process(3, name, '')])).toEqual({
        occupants: [APP],
        sandbox: undefined,
        soleOccupant: APP,
      });
    },
  );

  it('finds no sandbox in the host’s, which some containers share', () => {
    expect(found([process(1, 'init', ''), process(2, 'app', APP)])).toEqual({
      occupants: [NO_CONTAINER, APP],
      sandbox: undefined,
      soleOccupant: undefined,
    });
  });

  describe('between passes', () => {
    const newcomer = { pid: 8, name: 'sh', cgroup: SIDECAR };

    it('knows who has come, and that nothing in its namespace is an inheritance', () => {
      const { census, tracker } = censusOf([]);
      census.take(true);
      expect(census.welcome(NAMESPACE, newcomer, false)?.inheriting).toBe(false);
      expect(occupantsOf(tracker)).toMatchObject({ soleOccupant: SIDECAR });
    });

    it('knows that a container which joins another’s namespace is not alone there', () => {
      const { census, tracker } = censusOf([process(2, 'app', APP)]);
      census.take(true);
      census.welcome(NAMESPACE, newcomer, false);
      expect(occupantsOf(tracker)).toMatchObject({ occupants: [APP, SIDECAR], soleOccupant: undefined });
    });

    it('knows that a container is alone in its own namespace, whatever has made that ready', () => {
      const { census, tracker } = censusOf([process(2, 'runc:[1:CHILD]', '')]);
      census.take(true);
      census.welcome(NAMESPACE, newcomer, true);
      expect(occupantsOf(tracker)).toMatchObject({ soleOccupant: SIDECAR });
    });

    it('remembers who has come and gone for as long as something may be told of it', () => {
      const { census, tracker, time } = censusOf([process(2, 'app', APP)]);
      census.take(true);
      census.welcome(NAMESPACE, newcomer, false);
      time.now = 14_000;
      for (let pass = 0; pass < 6; pass++) {
        census.take(true);
      }
      expect(occupantsOf(tracker)).toMatchObject({ occupants: [APP, SIDECAR] });
      time.now = 16_000;
      for (let pass = 0; pass < 6; pass++) {
        census.take(true);
      }
      expect(occupantsOf(tracker)).toMatchObject({ soleOccupant: APP });
    });

    it('takes nobody for a newcomer whose namespace is gone, when another has got its inode', () => {
      const { census, tracker, time, processes } = censusOf([]);
      census.take(true);
      census.welcome(NAMESPACE, newcomer, false);
      for (time.now = 1_000; tracker.namespaces.has(NAMESPACE); time.now += 1_000) {
        census.take(true);
      }
      expect(time.now).toBeLessThan(10_000);
      processes.set(2, process(2, 'app', APP));
      census.take(true);
      expect(occupantsOf(tracker)).toMatchObject({ soleOccupant: APP });
    });

    it('goes by what a pass has found of a process that has changed its name since', () => {
      const { census, tracker } = censusOf([process(1, 'pause', POD), process(2, 'app', APP)]);
      census.take(true);
      census.welcome(NAMESPACE, { pid: 1, name: 'runc:[2:INIT]', cgroup: POD }, false);
      census.take(true);
      expect(occupantsOf(tracker)).toMatchObject({ soleOccupant: APP, sandbox: POD });
    });

    it('knows for a while that a container has joined which nobody can look at any more', () => {
      const { census, tracker, time } = censusOf([process(2, 'app', APP)]);
      census.take(true);
      census.visit(APP, SIDECAR);
      expect(occupantsOf(tracker)).toMatchObject({ occupants: [APP, SIDECAR], soleOccupant: undefined });
      time.now = 16_000;
      for (let pass = 0; pass < 6; pass++) {
        census.take(true);
      }
      expect(occupantsOf(tracker)).toMatchObject({ soleOccupant: APP });
    });

    it('knows, too, who has joined a pod, whose namespace its sandbox holds', () => {
      const { census, tracker } = censusOf([process(1, 'pause', POD), process(2, 'app', APP)]);
      census.take(true);
      census.visit(POD, SIDECAR);
      expect(occupantsOf(tracker)).toMatchObject({ occupants: [APP, SIDECAR], sandbox: POD });
    });

    it('counts one that has left among who lives there for a while: what it did last may be told later', () => {
      const both = [process(2, 'app', APP), process(3, 'job', SIDECAR)];
      const { census, tracker, time, processes } = censusOf(both);
      census.take(true);
      processes.delete(3);
      census.take(true);
      expect(occupantsOf(tracker)).toMatchObject({ occupants: [APP, SIDECAR], soleOccupant: undefined });
      time.now = 16_000;
      for (let pass = 0; pass < 6; pass++) {
        census.take(true);
      }
      expect(occupantsOf(tracker)).toMatchObject({ soleOccupant: APP });
    });

    it('takes one of which nobody could say whose network it has joined for a visitor of any container', () => {
      const { census, tracker } = censusOf([process(2, 'app', APP)]);
      census.take(true);
      census.visit(ANY_CONTAINER, SIDECAR);
      expect(occupantsOf(tracker)).toMatchObject({ occupants: [APP, SIDECAR], soleOccupant: undefined });
    });

    it('knows nobody who has gone before the namespace could be opened', () => {
      const { census, tracker } = censusOf([process(2, 'app', APP)]);
      census.take(true);
      expect(census.welcome(NAMESPACE, { ...newcomer, pid: ENDED }, false)).toBeUndefined();
      expect(occupantsOf(tracker)).toMatchObject({ soleOccupant: APP });
    });

    it('leaves to the first pass what was there before the exporter', () => {
      const { census, tracker } = censusOf([process(8, 'sh', SIDECAR)]);
      expect(census.welcome(NAMESPACE, newcomer, false)).toBeUndefined();
      census.take(true);
      expect(tracker.namespaces.get(NAMESPACE)?.inheriting).toBe(true);
    });
  });
});
