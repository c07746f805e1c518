import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queriesOf, type SavedDashboard } from '../../dashboards/src/dashboards/saved.js';
import { interpolate } from '../../dashboards/src/promql/interpolate.js';
import { freeStackPorts, makeStateFolder, npmStart, type NpmStart } from '../engines/npm-start.js';
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
  'Toposcope / Health: Gateways up, A': 'the companion is not part of it',
  'Toposcope / Health: Memory of gateways, A': 'the companion is not part of it',
  'Toposcope / Topology: Firing alerts, A': 'none fires',
};

describe('the dashboards on npm start -- --demo', () => {
  const state = makeStateFolder();
  let stack: NpmStart;
  let prometheusUrl: string;

  beforeAll(async () => {
    const ports = await freeStackPorts();
    prometheusUrl = `http://127.0.0.1:${ports.prometheus}`;
    stack = npmStart(ports, state.path, ['--demo']);
    await stack.ready;
    // Four evaluations of the rules, and a minute for the rates.
    await sleep(75_000);
  });
  afterAll(async () => {
    stack.interrupt();
    await stack.exited;
    state.remove();
  });

  const queries = readdirSync(folder).flatMap((file) => {
    const dashboard = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as SavedDashboard;
    return queriesOf(dashboard).map(({ where, expr }) => ({ where: `${dashboard.title}: ${where}`, expr }));
  });

  it.each(queries)('$where is answered', async ({ where, expr }) => {
    const series = await queryPrometheus(prometheusUrl, interpolate(expr));
    if (NOTHING_TO_TELL[where] === undefined && !where.endsWith(': annotation')) {
      expect(series.length).toBeGreaterThan(0);
    }
  });
});
