import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
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
import { ExporterProcess, residentMibOf } from '../measure/exporter-process.js';
import { median } from '../measure/median.js';

const RUNS = 7;
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
 * as it is (idle memory), and with 50 containers of 10 processes each (a scrape over HTTP).
 */
export async function run(): Promise<Record<string, number>> {
  // As the exporter's own main.ts.
  setFlagsFromString('--semi-space-growth-factor=1');
  const written = await writeSeries();
  return { ...written, ...(await scrapeHost()) };
}

type EdgeLabels = Parameters<typeof renderLabels<(typeof connectionsOpen.labels)[number]>>[1];

async function writeSeries(): Promise<Record<string, number>> {
  const edges = Array.from({ length: EDGES }, (_, index) => edgeLabels(index));
  const rendered = edges.map((labels) => renderLabels(connectionsOpen, labels));
  const labelBytes = new LabelBytes();
  const ours: number[] = [];
  const theirs: number[] = [];
  const { registry, gauges } = promClient();
  for (let round = 0; round <= RUNS; round++) {
    const began = performance.now();
    const sink = new SampleBuffer(labelBytes);
    for (const family of FAMILIES) {
      sink.family(family);
      rendered.forEach((labels, index) => sink.sample(labels, index * 1_234_567 + round));
    }
    const bytes = writeExposition(sink.collected().blocks, 'prometheus');
    labelBytes.sweep();
    const between = performance.now();
    for (const gauge of gauges) {
      edges.forEach((labels, index) => gauge.set(labels, index * 1_234_567 + round));
    }
    const beforeText = performance.now();
    const text = await registry.metrics();
    const ended = performance.now();
    assertSameSeries(bytes.toString(), text);
    // The first round fills caches on both sides. Setting prom-client's values is left out: only its writing counts.
    if (round > 0) {
      ours.push(between - began);
      theirs.push(ended - beforeText);
    }
  }
  return {
    series_100k_ms: median(ours),
    prom_client_ratio: median(ours.map((own, index) => own / (theirs[index] ?? Number.NaN))),
  };
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
    const taken: number[] = [];
    for (let round = 0; round < RUNS * 3; round++) {
      await sleep(1_000);
      const began = performance.now();
      const text = await exporter.scrape();
      taken.push(performance.now() - began);
      if ((text.match(/^toposcope_container_pids\{/gm)?.length ?? 0) < CONTAINERS) {
        throw new Error('The exporter does not see the containers');
      }
    }
    return { host_scrape_ms: median(taken) };
  } finally {
    await exporter.stop();
  }
}
