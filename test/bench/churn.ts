import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { churnContainers, forsakenNamespaces, openedByChurned } from '../engines/churn.js';
import { Lan, VirtualHost } from '../engines/virtual-host.js';
import { descriptorsOf } from '../measure/descriptors.js';
import { cpuSecondsOf, residentMibOf, sumOfSamples } from '../measure/exporter-process.js';

const IMAGE = 'toposcope-bench-churn';
/** In two rounds. */
const CONTAINERS = Number(process.env.TOPOSCOPE_BENCH_CHURN_CONTAINERS ?? 1_000);
const WARM_UP = 50;
const SUBNET = 61;
/** A closed connection's containers are forgotten a minute later. */
const SETTLE_MS = 75_000;
const SCRAPE_MS = 10_000;
/** Longer than from one pass to the next. */
const PASS_MS = 12_000;
/** Collects the exporter's garbage when it gets SIGUSR2, so that what is left is what it holds. */
const COLLECTS_GARBAGE = `--import=data:text/javascript,${encodeURIComponent(
  `import v8 from 'node:v8'; import vm from 'node:vm'; v8.setFlagsFromString('--expose-gc');
   process.on('SIGUSR2', vm.runInNewContext('gc'));`,
)}`;

/**
 * So many containers of a real engine started and removed in a row, four at a time, each of which serves itself once:
 * what the exporter holds before (when it has seen some), after half of them, and after the others. On a host of their own,
 * which nobody else's processes and containers come and go on. `capture_ratio` is of the connections, at both ends;
 * `doubled` are those that a container was given which it did not make.
 */
export async function run(): Promise<Record<string, number>> {
  const built = spawnSync('npm', ['run', '--silent', 'build', '-w', 'exporter'], { encoding: 'utf8' });
  if (built.status !== 0) {
    throw new Error(`The exporter cannot be built: ${built.stdout}${built.stderr}`);
  }
  const lan = Lan.create(SUBNET);
  let host: VirtualHost | undefined;
  try {
    host = await VirtualHost.start(lan, 'churn', 1);
    await host.startEngine();
    await buildBusyboxImage(host.docker, IMAGE);
    const exporter = await host.serveMetrics([], [COLLECTS_GARBAGE]);
    await churnContainers(host.docker, IMAGE, WARM_UP);
    const before = await held(host, exporter);
    const first = await churn(host, exporter);
    const afterFirst = await held(host, exporter);
    const second = await churn(host, exporter);
    const afterSecond = await held(host, exporter);
    return {
      containers: CONTAINERS,
      seconds: first.seconds + second.seconds,
      capture_ratio: (first.given + second.given) / CONTAINERS / 2,
      doubled: first.doubled + second.doubled,
      unattributed: afterSecond.unattributed - before.unattributed,
      cpu_ms_per_container: ((first.cpuSeconds + second.cpuSeconds) / CONTAINERS) * 1_000,
      ...named('before', before),
      ...named('after_first', afterFirst),
      ...named('after_second', afterSecond),
    };
  } finally {
    await host?.stop();
    lan.delete();
  }
}

interface Exporter {
  readonly target: string;
  readonly pid: number;
}

/** What it holds when all that was is forgotten. */
interface Held {
  readonly descriptors: number;
  readonly ofLiving: number;
  readonly rssMib: number;
  readonly heapMib: number;
  readonly forsaken: number;
  readonly unattributed: number;
}

function named(moment: string, { descriptors, ofLiving, rssMib, heapMib, forsaken }: Held) {
  return {
    [`descriptors_${moment}`]: descriptors,
    [`descriptors_of_living_${moment}`]: ofLiving,
    [`rss_mib_${moment}`]: rssMib,
    [`heap_mib_${moment}`]: heapMib,
    [`forsaken_namespaces_${moment}`]: forsaken,
  };
}

async function held(host: VirtualHost, exporter: Exporter): Promise<Held> {
  await sleep(SETTLE_MS);
  // The files of containers are let go of by the second scrape without them.
  await scrape(exporter);
  await scrape(exporter);
  process.kill(exporter.pid, 'SIGUSR2');
  await sleep(1_000);
  const exposition = await scrape(exporter);
  const { ofLiving, others } = descriptorsOf(exporter.pid);
  return {
    descriptors: others,
    ofLiving,
    rssMib: residentMibOf(exporter.pid),
    heapMib: sumOfSamples(exposition, 'nodejs_heap_size_used_bytes') / 1024 / 1024,
    forsaken: forsakenNamespaces((...command) => host.run(...command)).length,
    unattributed: sumOfSamples(exposition, 'toposcope_connections_unattributed_total'),
  };
}

/** Churns, and adds up what the exporter has given to containers meanwhile. */
async function churn(host: VirtualHost, exporter: Exporter) {
  const rows = new Map<string, number>();
  // Rows of containers that are gone disappear after a minute.
  const look = async () => {
    openedByChurned(await scrape(exporter)).forEach((count, row) => rows.set(row, count));
  };
  const watching = setInterval(() => void look(), SCRAPE_MS);
  const began = performance.now();
  const cpuBefore = cpuSecondsOf(exporter.pid);
  await churnContainers(host.docker, IMAGE, CONTAINERS / 2).finally(() => clearInterval(watching));
  const seconds = (performance.now() - began) / 1_000;
  const cpuSeconds = cpuSecondsOf(exporter.pid) - cpuBefore;
  await look();
  await sleep(PASS_MS);
  await look();
  const counts = [...rows.values()];
  return {
    seconds,
    cpuSeconds,
    given: counts.filter((count) => count > 0).length,
    doubled: counts.reduce((sum, count) => sum + Math.max(0, count - 1), 0),
  };
}

async function scrape({ target }: Exporter): Promise<string> {
  return (await fetch(`http://${target}/metrics`)).text();
}
