import { expect, it } from 'vitest';
import { changeOfKey } from './key-actions';

const FILLS = ['cpu', 'memory'];

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
  expect(changeOfKey(key, fill, FILLS)).toMatchObject(means);
});

it.each(['x', 'Enter'])('%s means nothing', (key) => {
  expect(changeOfKey(key, '', FILLS)).toBeUndefined();
});

it('has no metric to go to where there are none', () => {
  expect(changeOfKey('>', '', [])).toBeUndefined();
});
