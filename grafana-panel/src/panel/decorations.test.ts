import { describe, expect, it } from 'vitest';
import { nodeOf, topologyOf } from '../scene/topology.fixture';
import { decorationsOf } from './decorations';
import { fillScaleOf } from '../scene/fill-scale';

const memory = (value: number | null, limit: number | null) => ({
  ...{ key: 'memory', label: 'Memory', unit: 'bytes', value, limit, expr: '' },
});
const SCALE = { key: 'memory', label: 'Memory', unit: 'bytes', max: 2_000 };
const TOPOLOGY = {
  ...topologyOf(
    [
      nodeOf('limited', { metrics: [memory(500, 1_000)] }),
      nodeOf('free', { metrics: [memory(500, null)], overlays: [{ key: 'orders', value: 12 }] }),
      nodeOf('unmeasured', { metrics: [memory(null, 1_000)] }),
      nodeOf('alerting', { alerts: [{ name: 'Down', severity: 'critical', labels: {} }] }),
      nodeOf('new', { change: { kind: 'added', differences: [] } }),
    ],
    [],
  ),
  scales: [SCALE],
  overlays: [
    { ...SCALE, key: 'orders', unit: 'short', max: 24, show: 'badge' as const, expr: 'orders' },
    { ...SCALE, key: 'load', show: 'fill' as const, expr: 'load' },
  ],
};

describe('what is laid over a picture', () => {
  it('is how full nodes are, where something fills them', () => {
    const decorations = decorationsOf(TOPOLOGY, fillScaleOf(TOPOLOGY, 'memory', undefined), String);
    expect(decorations.get('limited')?.fill).toEqual({ share: 0.5, isOfLimit: true });
    expect(decorations.has('unmeasured')).toBe(false);
  });

  it('is alerts, figures and changes without a metric', () => {
    const decorations = decorationsOf(TOPOLOGY, undefined, String);
    expect([...decorations.keys()]).toEqual(['free', 'alerting', 'new']);
    expect(decorations.get('free')).toMatchObject({ fill: undefined, badges: ['12'] });
    expect(decorations.get('alerting')).toMatchObject({ alerts: 1, alertSeverity: 'critical' });
    expect(decorations.get('new')?.change).toBe('added');
  });
});
