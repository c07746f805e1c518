import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Docker from 'dockerode';
import { Gauge, Registry } from 'prom-client';
import {
  connectionReceivedBytes,
  connectionsClosed,
  connectionSentBytes,
  connectionsOpen,
  connectionsOpened,
} from '../../exporter/src/contract/connection-families.js';
import { renderLabels } from '../../exporter/src/contract/labels.js';
import { LabelBytes } from '../../exporter/src/exposition/label-bytes.js';
import { SampleBuffer } from '../../exporter/src/exposition/sample-buffer.js';
import { writeExposition } from '../../exporter/src/exposition/text-format.js';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { startEngine } from '../engines/docker.js';
import { freePort } from '../engines/free-port.js';
import { ExporterProcess, mainThreadMsOf, residentMibOf } from '../measure/exporter-process.js';
import { median } from '../measure/median.js';

const RUNS = 11;
/** So often until V8 has compiled what runs each time; an exporter is there after ten minutes, for weeks. */
const WARM_UP_RUNS = 8;
const WARM_UP_SCRAPES = 40;
const SCRAPES = 21;
const EDGES = 20_000;
const FAMILIES = [
  connectionsOpen,
  connectionsOpened,
  connectionsClosed,
  connectionSentBytes,
  connectionReceivedBytes,
];
const CONTAINERS = 50;
const PROCESSES_EACH = 10;
const IMAGE = 'toposcope-bench-scrape';
const LABEL = 'toposcope.bench.scrape';
const IDLE_MS = 20_000;

/**
 * Writing 100,000 series of edges, in turn with prom-client writing the same ones; then the built exporter on a host
 * as it is (idle memory), and with 50 containers of 10 processes each: a scrape over HTTP, and what it takes of the
 * exporter's main thread, which other work on the machine lengthens less.
 */
export async function run(): Promise<Record<string, number>> {
  const written = await writeSeries();
  return { ...written, ...(await scrapeHost()) };
}

type EdgeLabels = Parameters<typeof renderLabels<(typeof connectionsOpen.labels)[number]>>[1];

/** Either side begins on a heap without garbage, so that it does not pay for the other's. */
async function writeSeries(): Promise<Record<string, number>> {
  const edges = Array.from({ length: EDGES }, (_, index) => edgeLabels(index));
  const rendered = edges.map((labels) => renderLabels(connectionsOpen, labels));
  const labelBytes = new LabelBytes();
  const ours: number[] = [];
  const theirs: number[] = [];
  const { registry, gauges } = promClient();
  const collectGarbage = exposeGarbageCollector();
  for (let round = 0; round < WARM_UP_RUNS + RUNS; round++) {
    collectGarbage();
    const began = performance.now();
    const sink = new SampleBuffer(labelBytes);
    for (const family of FAMILIES) {
      sink.family(family);
      rendered.forEach((labels, index) => sink.sample(labels, index * 1_234_567 + round));
    }
    const bytes = writeExposition(sink.collected().blocks, 'prometheus');
    labelBytes.sweep();
    const ownMs = performance.now() - began;
    // Setting prom-client's values is left out: only its writing counts.
    for (const gauge of gauges) {
      edges.forEach((labels, index) => gauge.set(labels, index * 1_234_567 + round));
    }
    collectGarbage();
    const beganText = performance.now();
    const text = await registry.metrics();
    const theirMs = performance.now() - beganText;
    assertSameSeries(bytes.toString(), text);
    if (round >= WARM_UP_RUNS) {
      ours.push(ownMs);
      theirs.push(theirMs);
    }
  }
  return {
    series_100k_ms: median(ours),
    prom_client_ratio: median(ours.map((own, index) => own / (theirs[index] ?? Number.NaN))),
  };
}

function exposeGarbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

function edgeLabels(index: number): EdgeLabels {
  return {
    host: 'web-1',
    container_id: (index % 100).toString(16).padStart(12, '0'),
    process: 'nginx',
    role: 'client',
    protocol: 'tcp',
    local_ip: '',
    port: String(8000 + (index % 7)),
    peer_ip: `10.0.${(index >> 8) & 255}.${index & 255}`,
    actual_peer_ip: '',
    actual_port: '',
    peer_container_id: '',
    peer_process: '',
    peer_name: '',
  };
}

function promClient(): { registry: Registry; gauges: Gauge[] } {
  const registry = new Registry();
  const gauges = FAMILIES.map(
    ({ name, help, labels }) =>
      new Gauge({ name, help, labelNames: [...labels] as string[], registers: [registry] }),
  );
  return { registry, gauges };
}

function assertSameSeries(ours: string, theirs: string): void {
  const count = (text: string) => text.split('\n').filter((line) => line.startsWith('toposcope_')).length;
  if (count(ours) !== EDGES * FAMILIES.length || count(ours) !== count(theirs)) {
    throw new Error(`We wrote ${count(ours)} series, prom-client ${count(theirs)}`);
  }
}

async function scrapeHost(): Promise<Record<string, number>> {
  const stopEngine = await startEngine();
  const docker = new Docker();
  try {
    await removeContainers(docker);
    const idle = await measureIdle();
    await buildBusyboxImage(docker, IMAGE);
    await startContainers(docker);
    return { ...(await measureScrapes()), ...idle };
  } finally {
    await removeContainers(docker);
    await docker
      .getImage(IMAGE)
      .remove({ force: true })
      .catch(() => undefined);
    await stopEngine();
  }
}

async function startContainers(docker: Docker): Promise<void> {
  const others = Array.from({ length: PROCESSES_EACH - 2 }, () => 'sleep 3600 &').join(' ');
  for (let index = 0; index < CONTAINERS; index++) {
    const container = await docker.createContainer({
      Image: IMAGE,
      Cmd: ['sh', '-c', `${others} sleep 3600; true`],
      Labels: { [LABEL]: '' },
    });
    await container.start();
  }
}

async function removeContainers(docker: Docker): Promise<void> {
  const found = await docker.listContainers({ all: true, filters: { label: [LABEL] } });
  for (const { Id } of found) {
    await docker.getContainer(Id).remove({ force: true });
  }
}

async function measureIdle(): Promise<Record<string, number>> {
  const exporter = await ExporterProcess.start(await freePort());
  try {
    await sleep(IDLE_MS);
    return { idle_rss_mib: residentMibOf(exporter.pid) };
  } finally {
    await exporter.stop();
  }
}

async function measureScrapes(): Promise<Record<string, number>> {
  const exporter = await ExporterProcess.start(await freePort());
  try {
    for (let round = 0; round < WARM_UP_SCRAPES; round++) {
      await exporter.scrape();
    }
    const taken: number[] = [];
    const processorMs: number[] = [];
    for (let round = 0; round < SCRAPES; round++) {
      await sleep(1_000);
      const used = mainThreadMsOf(exporter.pid);
      const began = performance.now();
      const text = await exporter.scrape();
      taken.push(performance.now() - began);
      processorMs.push(mainThreadMsOf(exporter.pid) - used);
      if ((text.match(/^toposcope_container_pids\{/gm)?.length ?? 0) < CONTAINERS) {
        throw new Error('The exporter does not see the containers');
      }
    }
    return { host_scrape_ms: median(taken), host_scrape_cpu_ms: median(processorMs) };
  } finally {
    await exporter.stop();
  }
}
