import { describe, expect, it } from 'vitest';
import { vectorOfRows } from './fixtures/vector-of-rows';
import { EMPTY_VECTOR } from './graph/vector';
import { diagnose, type HealthQuery } from './health';

type Answers = Readonly<Record<HealthQuery, ReturnType<typeof vectorOfRows>>>;

const HEALTHY: Answers = {
  now: hosts('a', 'b'),
  lastHour: hosts('a', 'b'),
  failing: EMPTY_VECTOR,
  connections: count(40),
  containers: count(7),
  foreignConnections: EMPTY_VECTOR,
  foreignContainers: EMPTY_VECTOR,
  podHosts: EMPTY_VECTOR,
  pods: EMPTY_VECTOR,
  renamed: EMPTY_VECTOR,
};

describe('Save & test', () => {
  it('counts what is there', () => {
    expect(diagnose(HEALTHY)).toEqual({
      status: 'success',
      message: '2 hosts, 7 containers, 40 connection edges.',
    });
  });

  it.each<[string, Partial<Answers>, 'success' | 'error', RegExp]>([
    [
      'there never was an exporter',
      { now: EMPTY_VECTOR, lastHour: EMPTY_VECTOR },
      'error',
      /no series named toposcope_… in the last hour: is the exporter running, and scraped/,
    ],
    [
      'no exporter is scraped any more',
      { now: EMPTY_VECTOR },
      'error',
      /No exporter is scraped now; within the last hour there were a, b\. .*Targets page/,
    ],
    [
      'one of them is gone',
      { now: hosts('a') },
      'success',
      /Not scraped any more: b\. Is the exporter there running\?/,
    ],
    [
      'a collector fails',
      { failing: vectorOfRows([{ labels: { host: 'b', collector: 'container' }, value: 0 }]) },
      'success',
      /Collectors that fail: container on b\. The exporter’s log says why\./,
    ],
    [
      'there are no containers',
      { containers: EMPTY_VECTOR },
      'success',
      /No containers: does the exporter reach the engine’s socket\?/,
    ],
    [
      'there are no connections',
      { connections: EMPTY_VECTOR },
      'success',
      /No connections: is the exporter’s connection collector on\?/,
    ],
    ['kube-state-metrics is there', { pods: count(12) }, 'success', /kube-state-metrics: 12 pods\.$/],
    [
      'it is there for two clusters',
      {
        pods: vectorOfRows([
          { labels: { cluster: 'a' }, value: 12 },
          { labels: { cluster: 'b' }, value: 3 },
        ]),
      },
      'success',
      /kube-state-metrics: 15 pods in 2 clusters\.$/,
    ],
    [
      'pods run, but kube-state-metrics is not scraped',
      { podHosts: count(2) },
      'success',
      /No kube-state-metrics, but 2 hosts with pods: have this Prometheus scrape it/,
    ],
    [
      'the labels are another contract’s',
      { foreignConnections: count(3) },
      'error',
      /version 0\.1\.0.*update the older one/,
    ],
    [
      'targets have labels that are called as ours',
      { renamed: vectorOfRows(['role', 'name'].map((label) => ({ labels: { label }, value: 1 }))) },
      'error',
      /renamed labels of the exporters \(name, role\).*honor_labels: true/,
    ],
  ])('says so when %s', (_, change, status, message) => {
    const diagnosis = diagnose({ ...HEALTHY, ...change });
    expect(diagnosis.status).toBe(status);
    expect(diagnosis.message).toMatch(message);
  });
});

function hosts(...names: readonly string[]) {
  return vectorOfRows(names.map((host) => ({ labels: { host, version: '0.1.0' }, value: 1 })));
}

function count(value: number) {
  return vectorOfRows([{ labels: {}, value }]);
}
