import Docker from 'dockerode';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { installPackages } from '../debian-packages.mjs';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { removeContainers } from '../engines/docker-containers.js';
import {
  NamespaceProcess,
  createPair,
  deleteNamespace,
  makeConnections,
  startServer,
} from '../engines/network-namespaces.js';
import { ExporterProcess, cpuSecondsOf, residentMibOf, sumOfSamples } from '../measure/exporter-process.js';

const IMAGE = 'toposcope-bench-cost';
const LABEL = 'toposcope.test=cost';
const CONTAINERS = 50;
const PROCESSES_A_CONTAINER = 20;
const OPEN_CONNECTIONS = 1_000;
const CONNECTIONS_PER_SECOND = 500;
const SECONDS = Number(process.env.TOPOSCOPE_BENCH_COST_SECONDS ?? 300);
const SCRAPE_SECONDS = 15;
const NODE_EXPORTER = '/usr/bin/prometheus-node-exporter';
const PROCESS_EXPORTER = '/usr/bin/prometheus-process-exporter';

/**
 * Five minutes with 50 containers, 1,000 processes, 2,000 open sockets and 500 new connections a second, scraped every
 * 15 s, beside Debian's node and process exporters, scraped as often. `cpu_percent` is of one processor.
 */
export async function run(): Promise<Record<string, number>> {
  const missing = [NODE_EXPORTER, PROCESS_EXPORTER].filter((file) => !existsSync(file));
  if (missing.length > 0) {
    installPackages(missing.map((file) => file.slice('/usr/bin/'.length)));
  }
  removeContainers(LABEL);
  const [a, b] = createPair('toposcope-bench', 6);
  const others: ChildProcess[] = [];
  const holders: NamespaceProcess[] = [];
  let exporter: ExporterProcess | undefined;
  try {
    await buildBusyboxImage(new Docker(), IMAGE);
    startContainers();
    const holder = NamespaceProcess.start(
      a.name,
      ...[process.execPath, 'test/load/tcp-load.mjs', 'hold', '127.0.0.1', '8230', String(OPEN_CONNECTIONS)],
    );
    holders.push(holder, await startServer(b, 8231));
    await holder.next();
    others.push(
      spawn(NODE_EXPORTER, ['--web.listen-address=127.0.0.1:19100', '--log.level=error'], {
        stdio: 'ignore',
      }),
      spawn(PROCESS_EXPORTER, ['-web.listen-address=127.0.0.1:19256', '-procnames', 'node,sleep,sh'], {
        stdio: 'ignore',
      }),
    );
    exporter = await ExporterProcess.start(19_421);
    const load = makeConnections(
      a,
      {
        address: b.address,
        port: 8231,
        connections: CONNECTIONS_PER_SECOND * SECONDS,
        concurrency: 200,
        requestBytes: 100,
        replyBytes: 1_000,
        perSecond: CONNECTIONS_PER_SECOND,
      },
      1,
    );
    const [figures] = await Promise.all([watch(exporter, others), load]);
    return figures;
  } finally {
    await exporter?.stop();
    await Promise.all(others.map((other) => end(other)));
    await Promise.all(holders.map((holder) => holder.kill()));
    deleteNamespace(a.name);
    deleteNamespace(b.name);
    removeContainers(LABEL);
    docker('rmi', '--force', IMAGE);
  }
}

async function watch(
  exporter: ExporterProcess,
  others: readonly ChildProcess[],
): Promise<Record<string, number>> {
  const pids = others.map(({ pid }) => pid ?? 0);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const before = { ours: cpuSecondsOf(exporter.pid), theirs: sum(pids.map(cpuSecondsOf)) };
  const began = performance.now();
  let highest = 0;
  let loopDelay = 0;
  while (performance.now() - began < SECONDS * 1_000) {
    await sleep(SCRAPE_SECONDS * 1_000);
    const exposition = await exporter.scrape();
    await fetch('http://127.0.0.1:19100/metrics').then((response) => response.text());
    await fetch('http://127.0.0.1:19256/metrics').then((response) => response.text());
    highest = Math.max(highest, residentMibOf(exporter.pid));
    loopDelay = Math.max(loopDelay, sumOfSamples(exposition, 'nodejs_eventloop_lag_p99_seconds'));
  }
  const seconds = (performance.now() - began) / 1_000;
  const ours = cpuSecondsOf(exporter.pid) - before.ours;
  const theirs = sum(pids.map(cpuSecondsOf)) - before.theirs;
  return {
    cpu_percent: (100 * ours) / seconds,
    rss_mib: highest,
    cpu_ratio_to_debian_exporters: ours / theirs,
    loop_delay_p99_ms: loopDelay * 1_000,
  };
}

function startContainers(): void {
  const sleeps = `for i in $(seq ${PROCESSES_A_CONTAINER - 2}); do sleep 86400 & done; httpd -p 80; exec sleep 86400`;
  for (let index = 0; index < CONTAINERS; index++) {
    docker('run', '--detach', '--label', LABEL, IMAGE, 'sh', '-c', sleeps);
  }
}

function docker(...args: string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
