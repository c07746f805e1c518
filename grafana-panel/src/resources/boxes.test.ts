import { describe, expect, it } from 'vitest';
import { nodeOf, topologyOf } from '../scene/topology.fixture';
import { boxesOf } from './boxes';

const figure = (key: string, value: number | null, limit: number | null) => ({
  ...{ key, label: key, unit: 'short', value, limit, expr: '' },
});
const HOSTS = topologyOf(
  [
    nodeOf('h2', { kind: 'host', metrics: [figure('cpu', 0.5, 1), figure('load1', 1, 4)] }),
    nodeOf('h1', { kind: 'host', metrics: [figure('memory', 600, 1_000)] }),
    nodeOf('internet', { kind: 'internet' }),
  ],
  [],
);
const on = (host: string) => [{ view: 'hosts' as const, id: host, label: host }];
const CONTAINERS = topologyOf(
  [
    nodeOf('small', { relatives: on('h1'), metrics: [figure('memory', 100, 200)] }),
    nodeOf('big', { relatives: on('h1'), metrics: [figure('memory', 300, null)] }),
    nodeOf('idle', { relatives: on('h1'), metrics: [figure('memory', 0, null)] }),
    nodeOf('busy', { relatives: on('h2'), metrics: [figure('cpu', 1, null)] }),
  ],
  [],
);
const PROCESSES = topologyOf(
  [
    nodeOf('p', {
      relatives: [{ view: 'containers', id: 'big', label: 'big' }],
      metrics: [figure('memory', 900, null)],
    }),
  ],
  [],
);

describe('the boxes of the resources view', () => {
  it('lie on their host, the greatest first, as wide as their share of it', () => {
    const { hosts } = boxesOf(HOSTS, CONTAINERS, PROCESSES, 'memory', 'capacity');
    expect(hosts.map(({ id, used, capacity }) => [id, used, capacity])).toEqual([
      ['h1', 600, 1_000],
      ['h2', null, null],
    ]);
    expect(hosts[0]?.children.map(({ id, start, width }) => [id, start, width])).toEqual([
      ['big', 0, 0.3],
      ['small', 0.3, 0.1],
      ['h1', 0.4, 0.2],
    ]);
    expect(hosts[0]?.children[2]).toMatchObject({ label: 'The rest', used: 200, isRest: true });
  });

  it('are no wider than what they lie on', () => {
    const [process] =
      boxesOf(HOSTS, CONTAINERS, PROCESSES, 'memory', 'capacity').hosts[0]?.children[0]?.children ?? [];
    expect(process).toMatchObject({ id: 'p', used: 900, start: 0, width: 0.3 });
  });

  it('are as wide as their processes where nothing else is measured, and what is in no container is one of them', () => {
    const processes = topologyOf(
      [
        nodeOf('in', {
          relatives: [...on('h1'), { view: 'containers', id: 'unmeasured', label: '' }],
          metrics: [figure('memory', 200, null)],
        }),
        nodeOf('out', { relatives: on('h1'), metrics: [figure('memory', 600, null)] }),
      ],
      [],
    );
    const containers = topologyOf([nodeOf('unmeasured', { relatives: on('h1') })], []);
    const { hosts } = boxesOf(HOSTS, containers, processes, 'memory', 'capacity');
    expect(hosts[0]?.children.map(({ label, width }) => [label, width])).toEqual([
      ['Outside containers', 0.6],
      ['unmeasured', 0.2],
    ]);
    expect(hosts[0]?.children[0]?.children.map(({ id }) => id)).toEqual(['out']);
  });

  it('fill their row where it is as wide as what is used', () => {
    const { hosts } = boxesOf(HOSTS, CONTAINERS, PROCESSES, 'memory', 'use');
    expect(hosts[0]?.children.map(({ id, width }) => [id, width])).toEqual([
      ['big', 0.75],
      ['small', 0.25],
    ]);
  });

  it('do not take what is not known yet for the rest', () => {
    const [host] = boxesOf(HOSTS, CONTAINERS, undefined, 'memory', 'capacity').hosts;
    expect(host?.children.map(({ id }) => id)).toEqual(['big', 'small']);
  });

  it('count CPU in cores of the host', () => {
    const host = boxesOf(HOSTS, CONTAINERS, undefined, 'cpu', 'capacity').hosts.find(({ id }) => id === 'h2');
    expect(host).toMatchObject({ used: 2, capacity: 4 });
    expect(host?.children).toMatchObject([{ id: 'busy', width: 0.25 }]);
  });
});
