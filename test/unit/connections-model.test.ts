import fc from 'fast-check';
import { describe as suite, expect, it } from 'vitest';
import { StrangeNamespaces } from '../../exporter/src/collectors/strange-namespaces.js';
import { WaitingEnds } from '../../exporter/src/collectors/waiting-ends.js';
import { hostName, type ContainerId } from '../../exporter/src/contract/ids.js';
import { ConnectionTracker } from '../../exporter/src/edges/connection-tracker.js';
import { EdgeLedger } from '../../exporter/src/edges/edge-ledger.js';
import type { Listener } from '../../exporter/src/edges/listening-set.js';
import { NO_SURROUNDINGS } from '../../exporter/src/edges/no-surroundings.js';
import { TrackedNamespace } from '../../exporter/src/edges/tracked-namespace.js';
import { SocketMessage } from '../../exporter/src/kernel/sock-diag.js';
import {
  describe,
  SimulatedKernel,
  type SimulatedConnection,
  type SimulatedSocket,
} from './simulated-kernel.js';

const WEB = '111111111111' as ContainerId;
const APP = '222222222222' as ContainerId;
const SERVER = { address: '10.0.0.2', port: 80 };
const CLIENT_ADDRESS = '10.0.0.1';
const ROLES = ['client', 'server'] as const;
type Role = (typeof ROLES)[number];

const NOTHING = { open: 0, opened: 0, closed: 0, failed: 0, sentBytes: 0, receivedBytes: 0 };
/** What an application does to a connection, by how often. */
const ENDINGS = ['close', 'close', 'close', 'shutDown', 'shutDown', 'abort'] as const;
type Counts = typeof NOTHING;
const COUNTERS = ['opened', 'closed', 'failed', 'sentBytes', 'receivedBytes'] as const;

/** The exporter's bookkeeping beside a kernel; whatever can happen in any order is drawn from a list of numbers. */
class Model {
  readonly kernel = new SimulatedKernel(CLIENT_ADDRESS, SERVER);
  readonly ledger = new EdgeLedger(hostName('h'), { edges: 100, edgesPerContainer: 100, idleMs: 1e9 });
  readonly tracker: ConnectionTracker;
  private readonly ends: WaitingEnds;
  private readonly namespaces: Readonly<Record<Role, TrackedNamespace>>;
  private readonly message = new SocketMessage('tcp');
  private readonly story: string[] = [];
  private readonly before = { client: NOTHING, server: NOTHING };
  private at = 0;
  private time = 1_000;
  /** How many of those whose end is yet to be announced were gone before the last pass. */
  private overdue = 0;

  constructor(
    private readonly drawn: readonly number[],
    private readonly aborts = false,
  ) {
    this.tracker = new ConnectionTracker({
      ledger: this.ledger,
      surroundings: NO_SURROUNDINGS,
      publicPeers: false,
      firstEphemeralPort: 32_768,
    });
    this.namespaces = {
      client: this.namespace(1, WEB, CLIENT_ADDRESS),
      server: this.namespace(2, APP, SERVER.address),
    };
    this.listen();
    this.tracker.rebuildAddresses();
    this.ends = new WaitingEnds({
      source: {
        events: {
          received: 0,
          overruns: 0,
          turns: 0,
          namespaceOf: ({ nsid }) => nsid,
          isRepeated: () => false,
        },
      },
      tracker: this.tracker,
      strangers: new StrangeNamespaces(() => this.time),
      containers: () => [],
      now: () => this.time,
    });
  }

  /** What has happened. */
  get told(): string {
    return this.story.join('\n');
  }

  async run(): Promise<void> {
    while (this.at < this.drawn.length) {
      if (this.draw(8) === 0) {
        await this.pass();
      } else {
        this.step();
      }
    }
  }

  /** Lets everything come that is on its way, every application close, and the exporter hear of all. */
  async finish(): Promise<void> {
    for (const connection of this.kernel.connections) {
      const { client } = connection;
      if (connection.server === undefined && !client.isDestroyed) {
        this.kernel.refuse(connection);
      }
      this.arrive(connection);
      for (const socket of socketsOf(connection)) {
        this.kernel.close(connection, socket);
        this.arrive(connection);
      }
    }
    while (this.kernel.destroyed.length > 0) {
      this.announce(0);
    }
    for (let pass = 0; pass < 6; pass++) {
      this.time += 5_000;
      await this.pass();
    }
  }

  /** One pass, as ConnectionWatch makes it, with whatever comes between. */
  async pass(): Promise<void> {
    this.tell('pass');
    // What the kernel announces is not as late as that: a pass lies between at most.
    while (this.overdue > 0) {
      this.announce(0);
    }
    this.overdue = this.kernel.destroyed.length;
    const waiting = this.ends.take();
    for (const role of ROLES) {
      this.list(role);
      this.interlude();
    }
    this.tracker.rebuildAddresses();
    this.interlude();
    this.tell('pass: end');
    this.tracker.endPass(this.time);
    await this.ends.give(waiting, () => {
      this.interlude();
      return Promise.resolve();
    });
    this.check();
  }

  /** No counter ever falls, nor says more than is true; what was sent by who aborts only the other end tells. */
  private check(): void {
    for (const role of ROLES) {
      const [now, before, truth] = [this.counted(role), this.before[role], this.truth(role)];
      const wrong = COUNTERS.find(
        (name) =>
          now[name] < before[name] || (now[name] > truth[name] && !(this.aborts && name.endsWith('Bytes'))),
      );
      if (wrong !== undefined) {
        expect.fail(`${role}’s ${wrong}: ${before[wrong]}, ${now[wrong]} of ${truth[wrong]}\n${this.told}`);
      }
      this.before[role] = now;
    }
  }

  /** What the exporter has counted at one end. */
  counted(role: Role): Counts {
    const sums = { ...NOTHING };
    for (const edge of this.ledger.values()) {
      if (edge.labels.role === role) {
        for (const name of ['open', ...COUNTERS] as const) {
          sums[name] += edge[name];
        }
      }
    }
    return sums;
  }

  /** What it should have, when it has heard of everything. */
  truth(role: Role): Counts {
    const sockets = this.sockets(role);
    const established = sockets.filter(({ isEstablished }) => isEstablished);
    const open = established.filter(({ isListed }) => isListed).length;
    return {
      open,
      opened: established.length,
      closed: established.length - open,
      failed: sockets.filter(({ isDestroyed, isEstablished }) => isDestroyed && !isEstablished).length,
      sentBytes: sum(sockets.map(({ sentBytes }) => sentBytes)),
      receivedBytes: sum(sockets.map(({ receivedBytes }) => receivedBytes)),
    };
  }

  sockets(role: Role): SimulatedSocket[] {
    return this.kernel.connections.flatMap((connection) =>
      socketsOf(connection).filter((socket) => socket.role === role),
    );
  }

  private draw(among: number): number {
    return (this.drawn[this.at++] ?? 0) % among;
  }

  private interlude(): void {
    for (let steps = this.draw(4); steps > 1; steps--) {
      this.step();
    }
  }

  private step(): void {
    const { destroyed } = this.kernel;
    if (destroyed.length > 0 && this.draw(3) === 0) {
      this.announce(this.draw(Math.min(destroyed.length, 3)));
    } else {
      this.move();
    }
    this.time += [0, 1, 100, 1_000, 30_000][this.draw(40)] ?? 0;
  }

  /** Something that the exporter does not see. */
  private move(): void {
    const { kernel } = this;
    const action = this.draw(8);
    const port = 40_000 + this.draw(3);
    const connection = kernel.connections.at(-1 - this.draw(3));
    if (connection === undefined || action === 0) {
      if (kernel.isFree(port)) {
        const dialled = kernel.dial(port);
        this.tell(`dial`, dialled.client);
        if (this.draw(8) > 0) {
          kernel.accept(dialled);
        }
      }
      return;
    }
    const { client, server } = connection;
    if (server === undefined) {
      if (!client.isDestroyed) {
        if (this.draw(2) === 0) {
          kernel.accept(connection);
        } else {
          kernel.refuse(connection);
        }
      }
      return;
    }
    const socket = this.draw(2) === 0 ? client : server;
    if (action <= 2) {
      if (kernel.canSend(socket)) {
        this.tell('send', socket);
        kernel.send(connection, socket, 10 * (1 + this.draw(100)));
      }
    } else if (action <= 5) {
      this.tell(`deliver ${JSON.stringify(socket.arriving[0])}`, socket);
      kernel.deliver(connection, socket);
    } else if (socket.isHeld) {
      const how = ENDINGS[this.draw(this.aborts ? 6 : 5)] ?? 'close';
      this.tell(how, socket);
      kernel[how](connection, socket);
    }
  }

  private arrive(connection: SimulatedConnection): void {
    while (socketsOf(connection).some(({ arriving }) => arriving.length > 0)) {
      socketsOf(connection).forEach((socket) => this.kernel.deliver(connection, socket));
    }
  }

  /** The exporter hears of the end of a socket. */
  private announce(index: number): void {
    const [socket] = this.kernel.destroyed.splice(index, 1);
    this.overdue -= index < this.overdue ? 1 : 0;
    if (socket !== undefined) {
      this.tell('announce', socket);
      this.show(describe(socket));
      this.ends.hear(this.message, { source: 1, nsid: this.namespaces[socket.role].inode, timesGiven: 0 });
      this.check();
    }
  }

  /** A dump, in which the kernel moves on: it reads a socket's state before its counters. */
  private list(role: Role): void {
    const namespace = this.namespaces[role];
    this.listen();
    for (const socket of this.sockets(role)) {
      if (!socket.isListed) {
        continue;
      }
      const { state } = socket;
      if (this.draw(4) === 3) {
        this.move();
      }
      this.tell(`list ${state}`, socket);
      this.show(describe(socket, state));
      this.tracker.observe(namespace, this.message, this.time);
    }
    this.tracker.endNamespace(namespace, true, this.time);
  }

  private tell(what: string, socket?: SimulatedSocket): void {
    const of =
      socket &&
      ` ${socket.role} ${socket.cookie} of ${[socket.local.port, socket.peer.port].join('-')} ${socket.state}: ${socket.sentBytes}/${socket.receivedOctets}`;
    this.story.push(`${this.time} ${what}${of ?? ''}`);
  }

  private show(bytes: Buffer): void {
    this.message.read(bytes, 0, bytes.length);
  }

  private listen(): void {
    this.namespaces.server.listening.replace([LISTENER], this.time);
  }

  private namespace(inode: number, occupant: ContainerId, address: string): TrackedNamespace {
    const made = new TrackedNamespace(inode, false);
    made.addresses = new Set([address]);
    made.occupants = new Set([occupant]);
    made.isWatched = true;
    this.tracker.namespaces.set(inode, made);
    return made;
  }
}

const LISTENER: Listener = {
  protocol: 'tcp',
  family: 'ipv4',
  address: '0.0.0.0',
  port: SERVER.port,
  ipv6Only: false,
  cookie: -7,
  inode: 7,
  cgroupId: 0,
  owner: { containerId: APP, process: 'app', pid: 7 },
};

suite('the bookkeeping of connections, beside a kernel whose events and lists come in any order', () => {
  it('counts every connection and byte once at both ends, and at no time more than there were', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1_000), { maxLength: 400, size: 'max' }), async (drawn) => {
        const model = new Model(drawn);
        await model.run();
        await model.finish();
        for (const role of ROLES) {
          expect(model.counted(role), `${role}\n${model.told}`).toEqual(model.truth(role));
        }
      }),
      // With more runs than a test has the time for, two connections in a row from one port may look alike.
      { numRuns: 500, seed: 3 },
    );
  });

  it('counts every connection once also where some are aborted, which forget their bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1_000), { maxLength: 400, size: 'max' }), async (drawn) => {
        const model = new Model(drawn, true);
        await model.run();
        await model.finish();
        for (const role of ROLES) {
          const { open, opened, closed, failed } = model.truth(role);
          expect(model.counted(role), `${role}\n${model.told}`).toMatchObject({
            open,
            opened,
            closed,
            failed,
          });
        }
      }),
      { numRuns: 500, seed: 3 },
    );
  });

  it('counts what is open to the last byte when two passes have seen it, whatever was on its way meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1_000), { maxLength: 60, size: 'max' }), async (drawn) => {
        const model = new Model(drawn);
        await model.run();
        await model.pass();
        await model.pass();
        await model.pass();
        for (const role of ROLES) {
          expect(model.counted(role).open, `${role}\n${model.told}`).toBe(model.truth(role).open);
          if (model.sockets(role).every(({ isListed }) => isListed)) {
            expect(model.counted(role), `${role}\n${model.told}`).toEqual(model.truth(role));
          }
        }
      }),
      { numRuns: 500, seed: 3 },
    );
  });
});

function socketsOf({ client, server }: SimulatedConnection): SimulatedSocket[] {
  return server === undefined ? [client] : [client, server];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
