import { describe, expect, it } from 'vitest';
import { connectionRtt } from '../contract/connection-families.js';
import { hostCpus, hostLoad1, hostMemory } from '../contract/host-families.js';
import { renderLabels } from '../contract/labels.js';
import { LabelBytes } from './label-bytes.js';
import { SampleBuffer } from './sample-buffer.js';
import { writeExposition } from './text-format.js';

const host = 'a';
const total = renderLabels(hostMemory, { host, state: 'total' });
const available = renderLabels(hostMemory, { host, state: 'available' });

function textOf(buffer: SampleBuffer): string {
  return writeExposition(buffer.collected().blocks, 'prometheus').toString('utf8');
}

describe('SampleBuffer', () => {
  it('writes a family with its heading, and leaves out one without samples', () => {
    const buffer = new SampleBuffer();
    buffer.family(hostMemory);
    buffer.sample(total, 8);
    buffer.sample(available, 3.5);
    buffer.family(hostCpus);
    expect(textOf(buffer)).toBe(
      '# HELP toposcope_host_memory_bytes Memory of the host; state is total or available.\n' +
        '# TYPE toposcope_host_memory_bytes gauge\n' +
        'toposcope_host_memory_bytes{host="a",state="total"} 8\n' +
        'toposcope_host_memory_bytes{host="a",state="available"} 3.5\n',
    );
  });

  it('writes a summary as its sum and its count', () => {
    const buffer = new SampleBuffer();
    buffer.family(connectionRtt);
    buffer.summary(total, 0.25, 4);
    expect(textOf(buffer)).toContain(
      'toposcope_connection_rtt_seconds_sum{host="a",state="total"} 0.25\n' +
        'toposcope_connection_rtt_seconds_count{host="a",state="total"} 4\n',
    );
  });

  it('keeps the first of two samples of one series, and names the family', () => {
    const buffer = new SampleBuffer();
    buffer.family(hostMemory);
    buffer.sample(total, 1);
    buffer.sample(renderLabels(hostMemory, { host, state: 'total' }), 2);
    expect(textOf(buffer)).toMatch(/"total"} 1\n$/);
    expect([...buffer.collected().duplicated]).toEqual(['toposcope_host_memory_bytes']);
  });

  it('takes the same labels again in another family, and in the next scrape', () => {
    const labelBytes = new LabelBytes();
    for (let scrape = 0; scrape < 3; scrape++) {
      const buffer = new SampleBuffer(labelBytes);
      buffer.family(hostCpus);
      buffer.sample(total, 1);
      buffer.family(hostLoad1);
      buffer.sample(total, 2);
      expect(buffer.collected().blocks.map(({ samples }) => samples)).toEqual([1, 1]);
      expect(buffer.collected().duplicated.size).toBe(0);
    }
  });

  it('throws when a family is opened twice', () => {
    const buffer = new SampleBuffer();
    buffer.family(hostCpus);
    buffer.family(hostLoad1);
    expect(() => buffer.family(hostCpus)).toThrow(/toposcope_host_cpus twice/);
  });

  it('throws when a sample comes before a family', () => {
    expect(() => new SampleBuffer().sample(total, 1)).toThrow(/before it opened a family/);
  });

  it('adds up what caps kept out, by family', () => {
    const buffer = new SampleBuffer();
    buffer.family(hostCpus);
    buffer.dropped(2);
    buffer.dropped(3);
    buffer.family(hostLoad1);
    buffer.dropped(0);
    expect([...buffer.collected().dropped]).toEqual([['toposcope_host_cpus', 5]]);
  });

  it('writes more than a chunk holds, and a label that is longer than a chunk, without a gap', () => {
    const buffer = new SampleBuffer();
    buffer.family(hostMemory);
    const states = Array.from({ length: 5_000 }, (_, index) => `ü${index}`);
    states.push('x'.repeat(200_000));
    states.forEach((state, index) => buffer.sample(renderLabels(hostMemory, { host, state }), index));
    const expected = states.map(
      (state, index) => `toposcope_host_memory_bytes{host="a",state="${state}"} ${index}`,
    );
    expect(textOf(buffer).split('\n').slice(2, -1)).toEqual(expected);
  });
});

describe('LabelBytes', () => {
  it('forgets labels that a scrape did not write', () => {
    const labelBytes = new LabelBytes();
    const scrape = (...labels: (typeof total)[]) => {
      const buffer = new SampleBuffer(labelBytes);
      buffer.family(hostMemory);
      labels.forEach((label) => buffer.sample(label, 1));
      labelBytes.sweep();
    };
    scrape(total, available);
    expect(labelBytes.size).toBe(2);
    scrape(total);
    expect(labelBytes.size).toBe(1);
  });
});
