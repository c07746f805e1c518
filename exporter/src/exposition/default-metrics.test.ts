import { describe, expect, it } from 'vitest';
import { hostName } from '../contract/ids.js';
import { createDefaultMetrics } from './default-metrics.js';
import { writeExposition } from './text-format.js';

describe('createDefaultMetrics', () => {
  it('gives every series of prom-client the host, and every family once', async () => {
    const blocks = await createDefaultMetrics(hostName('a "b"'), () => 7).collect();
    const names = blocks.map(({ heading }) => heading.name);
    expect(names).toEqual([...new Set(names)]);
    expect(names).toContain('process_resident_memory_bytes');
    const samples = writeExposition(blocks, 'prometheus')
      .toString()
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(samples.filter((line) => !line.includes('{host="a \\"b\\""'))).toEqual([]);
  });

  it('counts open descriptors as it is told to', async () => {
    const blocks = await createDefaultMetrics(hostName('a'), () => 7).collect();
    expect(writeExposition(blocks, 'prometheus').toString()).toContain('\nprocess_open_fds{host="a"} 7\n');
  });

  it('leaves out the gauges that are named like counters', async () => {
    const blocks = await createDefaultMetrics(hostName('a'), () => 7).collect();
    const misnamed = blocks.filter(
      ({ heading }) => heading.name.endsWith('_total') !== (heading.type === 'counter'),
    );
    expect(misnamed.map(({ heading }) => heading.name)).toEqual([]);
  });
});
