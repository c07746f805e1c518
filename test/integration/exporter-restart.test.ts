import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ExporterRun } from '../engines/exporter.js';
import {
  NamespaceProcess,
  createPair,
  deleteNamespace,
  makeConnections,
  run,
  startServer,
  type ClientCounts,
  type Namespace,
} from '../engines/network-namespaces.js';
import { sumOfSamples } from '../measure/exporter-process.js';

const isRoot = process.getuid?.() === 0;
const PORT = 8301;
const HELD_PORT = 8302;
const HELD = 30;
const WAIT = { timeout: 30_000, interval: 250 };

describe.skipIf(!isRoot)('the exporter, killed and started again (needs root: sudo npm test)', () => {
  let a: Namespace;
  let b: Namespace;
  let exporter: ExporterRun | undefined;
  const processes: NamespaceProcess[] = [];

  beforeEach(() => {
    [a, b] = createPair('toposcope-restart', 11);
  });

  afterEach(async () => {
    await exporter?.stop('SIGKILL');
    exporter = undefined;
    await Promise.all(processes.splice(0).map((process) => process.kill()));
    deleteNamespace(a.name);
    deleteNamespace(b.name);
  });

  async function restart(): Promise<void> {
    await exporter?.stop('SIGKILL');
    exporter = await ExporterRun.serving(['--connection.interval=1s']);
    await counts(PORT);
  }

  /** What the exporter has counted of the connections to a port, as its clients and as its servers see it. */
  async function counts(ofPort: number) {
    const text = (await exporter?.scrape()) ?? '';
    const [client, server] = (['client', 'server'] as const).map((role) => {
      const sum = (family: string) => sumOfSamples(text, family, `role="${role}"`, `port="${ofPort}"`);
      return {
        open: sum('toposcope_connections_open'),
        opened: sum('toposcope_connections_opened_total'),
        closed: sum('toposcope_connections_closed_total'),
        sent: sum('toposcope_connection_sent_bytes_total'),
        received: sum('toposcope_connection_received_bytes_total'),
      };
    });
    return { client, server };
  }

  async function eventuallyCounts(ofPort: number, client: object, server: object): Promise<void> {
    await vi.waitFor(async () => expect(await counts(ofPort)).toEqual({ client, server }), WAIT);
  }

  /** All of a load, at both ends, and nothing else. */
  async function eventuallyCountsAll({ opened, sent, received }: ClientCounts): Promise<void> {
    const ended = { open: 0, opened, closed: opened };
    await eventuallyCounts(PORT, { ...ended, sent, received }, { ...ended, sent: received, received: sent });
  }

  const load = (connections: number, perSecond?: number) =>
    makeConnections(
      a,
      {
        address: b.address,
        port: PORT,
        connections,
        concurrency: 50,
        requestBytes: 100,
        replyBytes: 1_000,
        ...(perSecond !== undefined && { perSecond }),
      },
      2,
    );

  it('counts nothing twice, and neither the past of what it finds open nor its opening', async () => {
    processes.push(await startServer(b, PORT));
    await restart();
    const holder = NamespaceProcess.start(
      a.name,
      ...[process.execPath, 'test/load/tcp-load.mjs', 'hold', '127.0.0.1', `${HELD_PORT}`, `${HELD}`],
    );
    processes.push(holder);
    await holder.next();
    const moved = HELD * 'twelve bytes'.length;
    const held = { open: HELD, opened: HELD, closed: 0, sent: moved, received: moved };
    await eventuallyCounts(HELD_PORT, held, held);
    await eventuallyCountsAll(await load(3_000));

    const underLoad = load(5_000, 500);
    await vi.waitFor(async () => expect((await counts(PORT)).client?.closed).toBeGreaterThan(3_500), WAIT);
    const first = await counts(PORT);
    await restart();
    const during = await underLoad;
    await vi.waitFor(() => expect(unfinished(a)).toBe(''), WAIT);
    await vi.waitFor(async () => expect((await counts(PORT)).client?.open).toBe(0), WAIT);
    const second = await counts(PORT);
    for (const [role, end] of [
      ['client', { sent: during.sent, received: during.received }],
      ['server', { sent: during.received, received: during.sent }],
    ] as const) {
      const [one, two] = [first[role], second[role]];
      // What ended while none was running is nobody's; what the first has counted the second has not.
      const both = (count: 'opened' | 'closed' | 'sent' | 'received') =>
        (one?.[count] ?? 0) + (two?.[count] ?? 0);
      expect(two?.opened).toBeGreaterThan(0);
      expect(both('opened')).toBeLessThanOrEqual(3_000 + during.opened);
      expect(both('closed')).toBeLessThanOrEqual(3_000 + during.opened);
      expect(both('sent')).toBeLessThanOrEqual((end.sent / during.opened) * (3_000 + during.opened));
      expect(both('received')).toBeLessThanOrEqual((end.received / during.opened) * (3_000 + during.opened));
    }

    await restart();
    await eventuallyCountsAll(await load(2_000));
    const inherited = { open: HELD, opened: 0, closed: 0, sent: 0, received: 0 };
    await eventuallyCounts(HELD_PORT, inherited, inherited);
    await holder.stop();
    const ended = { ...inherited, open: 0, closed: HELD };
    await eventuallyCounts(HELD_PORT, ended, ended);
  });
});

/** The connections to the port that have not come to their end, TIME_WAIT included in that. */
function unfinished({ name }: Namespace): string {
  return run(
    'ip',
    'netns',
    'exec',
    name,
    'ss',
    '-Htn',
    'state',
    'connected',
    'exclude',
    'time-wait',
    `dport = ${PORT}`,
  );
}
