import { performance } from 'node:perf_hooks';
import { Cluster } from '../../grafana-datasource/src/fixtures/cluster';
import { topologyFrames } from '../../grafana-datasource/src/frames/topology-frames';
import { inSlices, type Steps } from '../../grafana-datasource/src/graph/steps';
import type { Vectors } from '../../grafana-datasource/src/graph/vectors';
import { buildTopology } from '../../grafana-datasource/src/views/build';
import { VIEWS } from '../../grafana-datasource/src/views/register';

const VIEW = VIEWS.containers;
const OPTIONS = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [] };

/**
 * From Prometheus' answers to frames, in the slices that the browser gets: 100 hosts with 2,000 containers and about
 * 10,000 edges, and ten times that. `longest_block_ms` is the longest slice of the bigger one.
 */
export async function run(): Promise<Record<string, number>> {
  const small = await measure(new Cluster({ hosts: 100, containersAHost: 20, edgesAContainer: 5 }), 7);
  const large = await measure(new Cluster({ hosts: 1000, containersAHost: 20, edgesAContainer: 5 }), 5);
  return {
    frames_2k_ms: small.total,
    frames_20k_ms: large.total,
    longest_block_ms: large.longest,
  };
}

async function measure(cluster: Cluster, runs: number): Promise<{ total: number; longest: number }> {
  const vectors = cluster.answers(VIEW);
  const totals: number[] = [];
  const longest: number[] = [];
  await timed(vectors);
  for (let run = 0; run < runs; run++) {
    const { total, block } = await timed(vectors);
    totals.push(total);
    longest.push(block);
  }
  return { total: median(totals), longest: median(longest) };
}

async function timed(vectors: Vectors): Promise<{ total: number; block: number }> {
  let block = 0;
  const start = performance.now();
  let resumed = start;
  const pause = async () => {
    block = Math.max(block, performance.now() - resumed);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    resumed = performance.now();
  };
  await inSlices(frames(vectors), { now: () => performance.now(), pause, budget: 12 });
  return { total: performance.now() - start, block: Math.max(block, performance.now() - resumed) };
}

function* frames(vectors: Vectors): Steps<unknown> {
  const topology = yield* buildTopology(VIEW, vectors, OPTIONS, { at: 0, notices: [] });
  return yield* topologyFrames(topology, 'A');
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
