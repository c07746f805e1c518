import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { queriesOf, type SavedDashboard } from '../../dashboards/src/dashboards/saved.js';
import { interpolate } from '../../dashboards/src/promql/interpolate.js';
import { queryPrometheus } from '../engines/prometheus.js';

const folder = path.resolve(import.meta.dirname, '../../dashboards/json');

/** Queries about what the demo does not have, by dashboard and panel. They are answered, too, but with nothing. */
const NOTHING_TO_TELL: Readonly<Record<string, string>> = {
  'Toposcope / Connections: Failed connections, A': 'none fails',
  'Toposcope / Connections: Share of failures, A': 'none fails',
  'Toposcope / Connections: Round trip against last week, A': 'it began a minute ago',
  'Toposcope / Connections: Segments sent again, A': 'loopback and bridges lose nothing',
  'Toposcope / Connections: Estimated loss, A': 'loopback and bridges lose nothing',
  'Toposcope / Container: Containers, C': 'no container has a CPU limit',
  'Toposcope / Container: Containers, E': 'no container has a memory limit',
  'Toposcope / Container: Containers, G': 'no container has ended',
  'Toposcope / Container: CPU throttled, A': 'no container has a CPU limit',
  'Toposcope / Container: Memory of limit, A': 'no container has a memory limit',
  'Toposcope / Container: Pressure, A': 'needs cgroup v2',
  'Toposcope / Container: Disk, A': 'no container uses a disk',
  'Toposcope / Health: Series dropped by caps, A': 'no cap is reached',
  'Toposcope / Health: Unattributed connections, A': 'all find their owners',
  'Toposcope / Health: Failures by collector, A': 'none fails',
  'Toposcope / Health: Agents connected, A': 'the companion is not part of it',
  'Toposcope / Health: Open terminals, A': 'the companion is not part of it',
  'Toposcope / Health: Actions, A': 'the companion is not part of it',
  'Toposcope / Health: Duration of actions, A': 'the companion is not part of it',
  'Toposcope / Health: Agents by gateway, A': 'the companion is not part of it',
  'Toposcope / Health: Tunnels that come and go, A': 'the companion is not part of it',
  'Toposcope / Topology: Firing alerts, A': 'none fires',
};

/** Rules are evaluated each 15 seconds, one upon the other, and rates look at a minute. */
const WAIT = { timeout: 100_000, interval: 1_000 };

const OF_DEMO = '{client_workload=~"toposcope-demo-.*", server_workload=~"toposcope-demo-.*"}';
const DEMO_EDGES = [
  ...['lb1', 'lb2'].map((lb) => `client → ${lb}:80`),
  ...['lb1', 'lb2'].flatMap((lb) => ['app1', 'app2'].map((app) => `${lb} → ${app}:8080`)),
  ...['app1', 'app2'].flatMap((app) => ['db1', 'db2', 'db3'].map((db) => `${app} → ${db}:5432`)),
]
  .map((edge) => edge.replace(/^| → /g, (before) => `${before}toposcope-demo-`))
  .sort();

/** Tests of the dashboards beside a demo that runs. */
export function describeDashboards(prometheusUrl: () => string): void {
  describe('the dashboards', () => {
    const queries = readdirSync(folder).flatMap((file) => {
      const dashboard = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as SavedDashboard;
      return queriesOf(dashboard).map(({ where, expr }) => ({ where: `${dashboard.title}: ${where}`, expr }));
    });

    it('lists as unanswered only queries that there are', () => {
      const known = queries.map(({ where }) => where);
      expect(Object.keys(NOTHING_TO_TELL).filter((where) => !known.includes(where))).toEqual([]);
    });

    it('has the demo’s edges between workloads, and no others, by the recording rules', async () => {
      await expect
        .poll(async () => {
          const edges = await queryPrometheus(
            prometheusUrl(),
            `toposcope:workload_edge_opened:rate5m${OF_DEMO} > 0`,
          );
          return edges
            .map(({ metric }) => `${metric.client_workload} → ${metric.server_workload}:${metric.port}`)
            .sort();
        }, WAIT)
        .toEqual(DEMO_EDGES);
    });

    it.each(queries)('$where is answered', async ({ where, expr }) => {
      const count = async () => (await queryPrometheus(prometheusUrl(), interpolate(expr))).length;
      if (where in NOTHING_TO_TELL || where.endsWith(': annotation')) {
        expect(await count()).toBeGreaterThanOrEqual(0);
      } else {
        await expect.poll(count, WAIT).toBeGreaterThan(0);
      }
    });
  });
}
