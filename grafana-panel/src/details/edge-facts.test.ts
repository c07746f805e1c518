import { describe, expect, it } from 'vitest';
import { edgeOf } from '../scene/topology.fixture';
import { edgeFacts, natureOf } from './edge-facts';

const connection = edgeOf('web', 'app', { failed: 0.5 });
const own = {
  ...edgeOf('browser', 'shop'),
  kind: 'custom',
  value: { label: 'Requests', unit: 'reqps', value: 840 },
} as const;
const membership = { ...edgeOf('app', 'network'), kind: 'membership' } as const;

const written = (value: number | null, unit: string) => `${value} ${unit}`;

describe('what is told of an edge', () => {
  it.each([
    { of: 'a connection', edge: connection, nature: 'Connection, client to server' },
    { of: 'an edge of one’s own', edge: own, nature: 'Of your own queries' },
    { of: 'a membership', edge: membership, nature: 'Belongs to it: no connection, and no traffic' },
  ])('says what $of is', ({ edge, nature }) => {
    expect(natureOf(edge)).toBe(nature);
  });

  it('is the traffic of a connection', () => {
    expect(Object.fromEntries(edgeFacts(connection, written))).toMatchObject({
      'Open now': '1 short',
      Failed: '0.5 short/s',
    });
  });

  it('is the value of one’s own edge and no traffic, which was not asked for', () => {
    expect(edgeFacts(own, written)).toEqual([['Requests', '840 reqps']]);
  });

  it('is no figure of a membership', () => {
    expect(edgeFacts(membership, written)).toEqual([]);
  });
});
