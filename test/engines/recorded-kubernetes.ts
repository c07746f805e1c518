import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

const RECORDINGS = path.resolve(import.meta.dirname, '../fixtures/kubernetes');

/** The targets of the recording, with the labels that service discovery gives them. */
const TARGETS: readonly { readonly file: string; readonly labels: Readonly<Record<string, string>> }[] = [
  { file: 'north.kube-state-metrics', labels: { cluster: 'north' } },
  {
    file: 'south.kube-state-metrics',
    // As discovery by endpoints labels them, and without `honor_labels`.
    labels: {
      cluster: 'south',
      namespace: 'monitoring',
      pod: 'kube-state-metrics-0',
      service: 'kube-state-metrics',
      node: 'node-9',
      container: 'main',
      endpoint: 'http',
    },
  },
  { file: 'north.exporter', labels: { cluster: 'north' } },
  { file: 'south.exporter', labels: { cluster: 'south', namespace: 'monitoring', pod: 'exporter-1' } },
];

export interface RecordedKubernetes {
  /** A URL of Prometheus' HTTP service discovery. */
  readonly discovery: string;
  /** From now on kube-state-metrics publishes only the families that are kept. */
  keepFamilies(isKept: (family: string) => boolean): void;
  close(): void;
}

/** Publishes what was recorded of two clusters (see the recordings' README). The exporters' counters grow with the clock. */
export async function serveRecordedKubernetes(
  isPublished: (file: string) => boolean = () => true,
): Promise<RecordedKubernetes> {
  const start = Date.now();
  let keeps: (family: string) => boolean = () => true;
  const targets = TARGETS.filter(({ file }) => isPublished(file));
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    if (request.url === '/targets') {
      const groups = targets.map(({ file, labels }) => ({
        targets: [`127.0.0.1:${port}`],
        labels: { ...labels, instance: `${file}:8080`, __metrics_path__: `/${file}` },
      }));
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(groups));
      return;
    }
    const file = (request.url ?? '').slice(1);
    const seconds = 1000 + (Date.now() - start) / 1000;
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(file.endsWith('.exporter') ? grown(file, seconds) : kept(file, keeps));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    discovery: `http://127.0.0.1:${(server.address() as AddressInfo).port}/targets`,
    keepFamilies(isKept) {
      keeps = isKept;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function grown(file: string, seconds: number): string {
  const text = read(file);
  const counters = new Set([...text.matchAll(/^# TYPE (\S+) counter$/gm)].map(([, name]) => name));
  return text.replace(/^([a-z_]+)(\{.*\}) (\S+)$/gm, (line, name: string, labels: string, value: string) =>
    counters.has(name) ? `${name}${labels} ${Number(value) * seconds}` : line,
  );
}

function kept(file: string, isKept: (family: string) => boolean): string {
  const lines = read(file).split('\n');
  return lines.filter((line) => isKept(/^(?:# \w+ )?([a-z_]+)/.exec(line)?.[1] ?? '')).join('\n');
}

function read(file: string): string {
  return readFileSync(path.join(RECORDINGS, `${file}.prom`), 'utf8');
}
