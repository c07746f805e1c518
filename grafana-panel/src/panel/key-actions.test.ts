import { expect, it } from 'vitest';
import { topologyOf } from '../scene/topology.fixture';
import { changeOfKey } from './key-actions';

const scale = (key: string) => ({ key, label: key, unit: 'short', max: 1 });
const TOPOLOGY = { ...topologyOf([], []), scales: [scale('cpu'), scale('memory')] };

it.each([
  { key: 't', fill: 'cpu', means: { mode: 'table' } },
  { key: '>', fill: '', means: { fill: 'cpu' } },
  { key: '>', fill: 'cpu', means: { fill: 'memory' } },
  { key: '>', fill: 'memory', means: { fill: '' } },
  { key: '<', fill: '', means: { fill: 'memory' } },
  { key: '<', fill: 'cpu', means: { fill: '' } },
  { key: '>', fill: 'a metric of another view', means: { fill: 'cpu' } },
  { key: 'q', fill: 'memory', means: { fill: '' } },
])('$key with the fill "$fill" means $means', ({ key, fill, means }) => {
  expect(changeOfKey(key, fill, TOPOLOGY)).toMatchObject(means);
});

it.each(['x', 'Enter'])('%s means nothing', (key) => {
  expect(changeOfKey(key, '', TOPOLOGY)).toBeUndefined();
});

it('has no metric to go to where there are none', () => {
  expect(changeOfKey('>', '', topologyOf([], []))).toBeUndefined();
});
