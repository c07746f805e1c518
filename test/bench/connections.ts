import { setTimeout as sleep } from 'node:timers/promises';
import { loadLibc } from '../../exporter/src/kernel/libc.js';
import { NETLINK_SOCK_DIAG, NetlinkSocket } from '../../exporter/src/kernel/netlink.js';
import { cpuSecondsOf, ExporterProcess, sumOfSamples } from '../measure/exporter-process.js';
import { median } from '../measure/median.js';
import {
  createPair,
  deleteNamespace,
  makeConnections,
  startServer,
  stopServer,
  type Namespace,
} from '../engines/network-namespaces.js';

const RUNS = 5;
const CONNECTIONS = 20_000;
const PORT = 8201;
const REQUEST_BYTES = 100;
const REPLY_BYTES = 1_000;
/** After that long, a pass has given what had to wait for one. */
const COUNTED_MS = 8_000;

/**
 * 20,000 connections of a few milliseconds, as fast as the machine makes them, between two namespaces, with the
 * exporter on and off in turn. `capture_ratio` and `bytes_ratio` are the worst of all runs and both ends;
 * `generator_slowdown_ratio` is the median time with the exporter on over that with it off. To judge it by:
 * `run_to_run_ratio`, the longest time with it off over the shortest, `listener_slowdown_ratio`, the median time while
 * something only hears the kernel's announcements, and drops them, and `slowdown_over_listener_ratio`, what of the
 * slow-down is not the kernel's announcing. `exporter_cpu_us` is processor time for each connection, both its ends and
 * the passes meanwhile included. Each exporter has heard as many connections before, while Node.js compiled what it
 * runs most: `cold_exporter_cpu_us` is of those.
 */
export async function run(): Promise<Record<string, number>> {
  const [a, b] = createPair('toposcope-bench', 4);
  const withExporter: number[] = [];
  const without: number[] = [];
  const withListener: number[] = [];
  const cpuSeconds: number[] = [];
  const coldCpuSeconds: number[] = [];
  const captured: number[] = [];
  const bytes: number[] = [];
  try {
    await load(a, b);
    for (let index = 0; index < RUNS; index++) {
      without.push((await load(a, b)).seconds);
      withListener.push((await listening(() => load(a, b))).seconds);
      const exporter = await ExporterProcess.start(19_420);
      try {
        const [cold, coldCpu] = await loadBeside(exporter, a, b);
        const [truth, cpu] = await loadBeside(exporter, a, b);
        coldCpuSeconds.push(coldCpu);
        cpuSeconds.push(cpu);
        withExporter.push(truth.seconds);
        const exposition = await exporter.scrape();
        for (const role of ['client', 'server']) {
          const labels = [`role="${role}"`, `port="${PORT}"`];
          captured.push(
            sumOfSamples(exposition, 'toposcope_connections_closed_total', ...labels) /
              (cold.closed + truth.closed),
          );
          bytes.push(
            (sumOfSamples(exposition, 'toposcope_connection_sent_bytes_total', ...labels) +
              sumOfSamples(exposition, 'toposcope_connection_received_bytes_total', ...labels)) /
              (cold.sent + cold.received + truth.sent + truth.received),
          );
        }
      } finally {
        await exporter.stop();
      }
    }
  } finally {
    deleteNamespace(a.name);
    deleteNamespace(b.name);
  }
  return {
    rate_per_s: Math.round(CONNECTIONS / median(withExporter)),
    capture_ratio: farthestFromOne(captured),
    bytes_ratio: farthestFromOne(bytes),
    generator_slowdown_ratio: median(withExporter) / median(without),
    listener_slowdown_ratio: median(withListener) / median(without),
    slowdown_over_listener_ratio: median(withExporter) / median(withListener),
    run_to_run_ratio: Math.max(...without) / Math.min(...without),
    exporter_cpu_us: (median(cpuSeconds) / CONNECTIONS) * 1e6,
    cold_exporter_cpu_us: (median(coldCpuSeconds) / CONNECTIONS) * 1e6,
  };
}

interface Truth {
  readonly closed: number;
  readonly sent: number;
  readonly received: number;
  readonly seconds: number;
}

/** Returns what was done, and the exporter's processor seconds meanwhile; ends when it has counted all. */
async function loadBeside(exporter: ExporterProcess, a: Namespace, b: Namespace): Promise<[Truth, number]> {
  const before = cpuSecondsOf(exporter.pid);
  const truth = await load(a, b);
  const cpuSeconds = cpuSecondsOf(exporter.pid) - before;
  await sleep(COUNTED_MS);
  return [truth, cpuSeconds];
}

async function load(a: Namespace, b: Namespace): Promise<Truth> {
  const server = await startServer(b, PORT);
  const client = await makeConnections(
    a,
    {
      address: b.address,
      port: PORT,
      connections: CONNECTIONS,
      concurrency: 50,
      requestBytes: REQUEST_BYTES,
      replyBytes: REPLY_BYTES,
    },
    2,
  );
  const served = await stopServer(server);
  if (client.opened !== CONNECTIONS || served.closed !== CONNECTIONS) {
    throw new Error(`The generator made ${client.opened} connections, the server closed ${served.closed}`);
  }
  return { closed: CONNECTIONS, sent: client.sent, received: client.received, seconds: client.seconds };
}

/** Hears of every destroyed socket meanwhile, as cheaply as can be. */
async function listening<Result>(step: () => Promise<Result>): Promise<Result> {
  const purpose = 'hear of destroyed sockets';
  const SOL_NETLINK = 270;
  const NETLINK_LISTEN_ALL_NSID = 8;
  const socket = NetlinkSocket.open(loadLibc(), NETLINK_SOCK_DIAG, purpose, 0b1111);
  socket.resizeReceiveBuffer(8 * 1024 * 1024);
  socket.setOption(SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, Buffer.from([1, 0, 0, 0]), purpose);
  const timer = setInterval(() => socket.drain(purpose), 100);
  try {
    return await step();
  } finally {
    clearInterval(timer);
    socket.close();
  }
}

function farthestFromOne(ratios: readonly number[]): number {
  return ratios.reduce((worst, ratio) => (Math.abs(ratio - 1) > Math.abs(worst - 1) ? ratio : worst), 1);
}
