import { describe, expect, it } from 'vitest';
import { targetOf } from './target';

const facts = [
  { key: 'id', label: 'Container id', values: ['abc'] },
  { key: 'host', label: 'Host', values: ['web-1'] },
  { key: 'state', label: 'State', values: ['paused'] },
];

describe('targetOf', () => {
  it('names the container of a node', () => {
    expect(targetOf({ kind: 'container', label: 'shop', facts })).toEqual({
      host: 'web-1',
      container: 'abc',
      name: 'shop',
      state: 'paused',
    });
  });

  it('names a host', () => {
    expect(targetOf({ kind: 'host', label: 'web-1', facts: [] })).toMatchObject({
      host: 'web-1',
      container: '',
    });
  });

  it.each(['image', 'process', 'internet', 'uncontained'] as const)('has nothing for the kind %s', (kind) => {
    expect(targetOf({ kind, label: 'x', facts })).toBeUndefined();
  });

  it('has nothing for a container whose id is not known', () => {
    expect(targetOf({ kind: 'container', label: 'shop', facts: [] })).toBeUndefined();
  });
});
