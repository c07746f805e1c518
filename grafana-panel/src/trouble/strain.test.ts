import { describe, expect, it } from 'vitest';
import { nodeOf, topologyOf } from '../scene/topology.fixture';
import { reasonsOf } from './reasons';
import { strainsOf, withStrain } from './strain';

const figure = (key: string, value: number | null, limit: number | null, unit = 'short') => ({
  ...{ key, label: key, unit, value, limit, expr: '' },
});
const plain = (value: number | null, unit: string) =>
  `${value ?? '–'}${unit === 'percentunit' ? ' of 1' : ''}`;

describe('a node is strained', () => {
  it.each([
    { given: 'CPU at 99 % of all its cores', metric: figure('cpu', 0.992, 1, 'percentunit'), strained: true },
    { given: 'CPU at 80 %', metric: figure('cpu', 0.8, 1, 'percentunit'), strained: false },
    { given: 'memory at nine tenths of its limit', metric: figure('memory', 900, 1_000), strained: true },
    { given: 'much memory without a limit', metric: figure('memory', 9e9, null), strained: false },
    { given: 'no sample', metric: figure('memory', null, 1_000), strained: false },
    { given: 'a limit of nothing', metric: figure('pids', 5, 0), strained: false },
    { given: 'four to do on two CPUs for five minutes', metric: figure('load5', 4, 2), strained: true },
    { given: 'three to do on two CPUs', metric: figure('load5', 3, 2), strained: false },
    { given: 'a peak of one minute', metric: figure('load1', 40, 2), strained: false },
    {
      given: 'a wait for memory of a tenth of the time',
      metric: figure('pressure_memory', 0.1, null),
      strained: true,
    },
    {
      given: 'a wait for CPU of a tenth of the time',
      metric: figure('pressure_cpu', 0.1, null),
      strained: false,
    },
    {
      given: 'a wait for CPU of half of the time',
      metric: figure('pressure_cpu', 0.5, null),
      strained: true,
    },
    {
      given: 'throttling for a quarter of the time',
      metric: figure('throttled', 0.25, null),
      strained: true,
    },
  ])('with $given: $strained', ({ metric, strained }) => {
    expect(strainsOf(nodeOf('web', { metrics: [metric] }))).toEqual(strained ? [metric] : []);
  });

  it('never when it is stopped', () => {
    expect(strainsOf(nodeOf('web', { health: 'stopped', metrics: [figure('memory', 1, 1)] }))).toEqual([]);
  });

  it('which is a warning, but does not make worse trouble less', () => {
    const metrics = [figure('memory', 1, 1)];
    const { nodes } = withStrain(
      topologyOf(
        [
          nodeOf('full', { metrics }),
          nodeOf('failing', { metrics, health: 'critical' }),
          nodeOf('idle', { metrics: [figure('memory', 0, 1)] }),
        ],
        [],
      ),
    );
    expect(nodes.map(({ health }) => health)).toEqual(['warning', 'critical', 'ok']);
  });
});

describe('the reasons of a mark', () => {
  const fact = (key: string, ...values: string[]) => ({ key, label: key, values });

  it.each([
    {
      given: 'a strained host',
      node: nodeOf('h', {
        health: 'warning',
        metrics: [figure('cpu', 0.99, 1, 'percentunit'), figure('memory', 95, 100), figure('load5', 40, 2)],
      }),
      reasons: ['cpu: 0.99 of 1', 'memory: 95 of 100', 'load5: 40 on 2 CPUs'],
    },
    {
      given: 'an unhealthy container that runs',
      node: nodeOf('c', {
        health: 'critical',
        facts: [fact('state', 'running'), fact('health', 'unhealthy'), fact('image', 'web:3')],
      }),
      reasons: ['health: unhealthy'],
    },
    {
      given: 'a container that restarts',
      node: nodeOf('c', { health: 'warning', facts: [fact('state', 'restarting')] }),
      reasons: ['state: restarting'],
    },
    {
      given: 'a pod of which not all containers are ready',
      node: nodeOf('p', {
        health: 'critical',
        facts: [fact('phase', 'Running'), fact('ready', '1 of 2'), fact('reason', 'CrashLoopBackOff')],
      }),
      reasons: ['ready: 1 of 2', 'reason: CrashLoopBackOff'],
    },
    {
      given: 'a pod that is well, in a group that is not',
      node: nodeOf('p', { health: 'warning', facts: [fact('phase', 'Running'), fact('ready', '2 of 2')] }),
      reasons: [],
    },
    {
      given: 'a stopped container',
      node: nodeOf('c', { health: 'stopped', facts: [fact('state', 'exited')] }),
      reasons: [],
    },
  ])('of $given are $reasons', ({ node, reasons }) => {
    expect(reasonsOf(node, plain)).toEqual(reasons);
  });
});
