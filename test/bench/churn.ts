import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import {
  CHURN_PORT,
  churnContainers,
  forsakenNamespaces,
  removeChurnedContainers,
} from '../engines/churn.js';
import { ExporterRun } from '../engines/exporter.js';
import { residentMibOf, sumOfSamples } from '../measure/exporter-process.js';

const IMAGE = 'toposcope-bench-churn';
const CONTAINERS = Number(process.env.TOPOSCOPE_BENCH_CHURN_CONTAINERS ?? 1_000);
const WARM_UP = 50;
/** A closed connection's containers are forgotten a minute later. */
const SETTLE_MS = 75_000;
const SCRAPE_MS = 10_000;
/** Longer than from one pass to the next. */
const PASS_MS = 12_000;

/**
 * So many containers of a real engine started and removed in a row, four at a time, each of which serves itself once:
 * what the exporter holds before (when it has seen some) and after. `capture_ratio` is of the connections, at both ends.
 */
export async function run(): Promise<Record<string, number>> {
  const built = spawnSync('npm', ['run', '--silent', 'build', '-w', 'exporter'], { encoding: 'utf8' });
  if (built.status !== 0) {
    throw new Error(`The exporter cannot be built: ${built.stdout}${built.stderr}`);
  }
  const docker = new Docker();
  await buildBusyboxImage(docker, IMAGE);
  const exporter = await ExporterRun.serving([]);
  try {
    await churnContainers(docker, IMAGE, WARM_UP);
    await sleep(SETTLE_MS);
    const forsaken = forsakenNamespaces();
    const before = await held(exporter);
    const began = performance.now();
    const ends = ['client', 'server'].map((role) => [`role="${role}"`, `port="${CHURN_PORT}"`] as const);
    const rows = new Map<string, number>();
    const watching = setInterval(
      () => void exporter.scrape().then((exposition) => noteRows(rows, exposition, ends)),
      SCRAPE_MS,
    );
    await churnContainers(docker, IMAGE, CONTAINERS).finally(() => clearInterval(watching));
    const seconds = (performance.now() - began) / 1_000;
    noteRows(rows, await exporter.scrape(), ends);
    await sleep(PASS_MS);
    noteRows(rows, await exporter.scrape(), ends);
    await sleep(SETTLE_MS);
    const opened = [...rows.values()].reduce((sum, count) => sum + count, 0);
    const after = await held(exporter);
    return {
      containers: CONTAINERS,
      seconds,
      capture_ratio: opened / CONTAINERS / 2,
      descriptors_before: before.descriptors,
      descriptors_after: after.descriptors,
      rss_before_mib: before.rssMib,
      rss_after_mib: after.rssMib,
      forsaken_namespaces: forsakenNamespaces().filter((id) => !forsaken.includes(id)).length,
      unattributed: after.unattributed - before.unattributed,
    };
  } finally {
    await exporter.stop();
    await removeChurnedContainers(docker, IMAGE);
  }
}

async function held(exporter: ExporterRun): Promise<{
  descriptors: number;
  rssMib: number;
  unattributed: number;
}> {
  const exposition = await exporter.scrape();
  return {
    descriptors: exporter.descriptors(),
    rssMib: residentMibOf(exporter.pid),
    unattributed: sumOfSamples(exposition, 'toposcope_connections_unattributed_total'),
  };
}

/** Rows of containers that are gone disappear after a minute: the highest that each has said counts. */
function noteRows(
  rows: Map<string, number>,
  exposition: string,
  ends: readonly (readonly [string, string])[],
): void {
  for (const line of exposition.split('\n')) {
    const isOurs =
      line.startsWith('toposcope_connections_opened_total{') &&
      ends.some((labels) => labels.every((label) => line.includes(label)));
    if (isOurs) {
      const at = line.lastIndexOf(' ');
      rows.set(line.slice(0, at), Number(line.slice(at + 1)));
    }
  }
}
