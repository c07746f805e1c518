import { performance } from 'node:perf_hooks';
import { Cluster } from '../../grafana-datasource/src/fixtures/cluster';
import { topologyFrames } from '../../grafana-datasource/src/frames/topology-frames';
import type { Vector } from '../../grafana-datasource/src/graph/vector';
import { inSlices, SLICE_MS, type Steps } from '../../grafana-datasource/src/graph/steps';
import type { Vectors } from '../../grafana-datasource/src/graph/vectors';
import { buildTopology } from '../../grafana-datasource/src/views/build';
import { VIEWS } from '../../grafana-datasource/src/views/register';

const VIEW = VIEWS.containers;
const OPTIONS = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [] };

/**
 * From Prometheus' answers to frames, in the slices that the browser gets: 100 hosts with 2,000 containers and about
 * 10,000 edges, and ten times that. `longest_block_ms` is the longest slice of the bigger one. The `cpu` figures are
 * what this process itself used, the garbage collector's threads included: on a busy machine they say more.
 */
export async function run(): Promise<Record<string, number>> {
  const small = await measure(new Cluster({ hosts: 100, containersAHost: 20, edgesAContainer: 5 }), 7);
  const large = await measure(new Cluster({ hosts: 1000, containersAHost: 20, edgesAContainer: 5 }), 5);
  return {
    frames_2k_ms: small.total,
    frames_2k_cpu_ms: small.cpu,
    frames_20k_ms: large.total,
    frames_20k_cpu_ms: large.cpu,
    longest_block_ms: large.longest,
  };
}

interface Figures {
  readonly total: number;
  readonly cpu: number;
  readonly longest: number;
}

async function measure(cluster: Cluster, runs: number): Promise<Figures> {
  const vectors = asReceived(cluster.answers(VIEW));
  const figures: Figures[] = [];
  await timed(vectors);
  for (let run = 0; run < runs; run++) {
    figures.push(await timed(vectors));
  }
  return {
    total: median(figures.map(({ total }) => total)),
    cpu: median(figures.map(({ cpu }) => cpu)),
    longest: median(figures.map(({ longest }) => longest)),
  };
}

/** As JSON brings it: no two answers share a string. */
function asReceived(vectors: Vectors): Vectors {
  const answers = Object.entries(vectors).map(([id, { size, values, labels }]: [string, Vector]) => {
    const columns = JSON.parse(JSON.stringify([...labels])) as [string, string[]][];
    return [id, { size, values: [...(values as number[])], labels: new Map(columns) }];
  });
  return Object.fromEntries(answers) as Vectors;
}

async function timed(vectors: Vectors): Promise<Figures> {
  let longest = 0;
  const before = process.cpuUsage();
  const start = performance.now();
  let resumed = start;
  const pause = async () => {
    longest = Math.max(longest, performance.now() - resumed);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    resumed = performance.now();
  };
  await inSlices(frames(vectors), { now: () => performance.now(), pause, budget: SLICE_MS });
  const total = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { total, cpu: (user + system) / 1000, longest: Math.max(longest, performance.now() - resumed) };
}

function* frames(vectors: Vectors): Steps<unknown> {
  const topology = yield* buildTopology(VIEW, vectors, OPTIONS, { at: 0, notices: [] });
  return yield* topologyFrames(topology, 'A');
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
