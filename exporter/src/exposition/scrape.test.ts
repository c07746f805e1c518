import { describe, expect, it, vi } from 'vitest';
import type { Collector, SampleSink } from '../collectors/collector.js';
import { createSelfCollector } from '../collectors/self.js';
import type { CollectorName } from '../contract/family.js';
import { hostCpus, hostLoad1 } from '../contract/host-families.js';
import { hostName } from '../contract/ids.js';
import { renderLabels } from '../contract/labels.js';
import { createScrape, type ScrapeOptions } from './scrape.js';
import { writeExposition } from './text-format.js';

const host = hostName('a');

function collector(name: CollectorName, collect: (sink: SampleSink) => void | Promise<void>): Collector {
  return { name, collect };
}

const writesCpus = collector('host', (sink) => {
  sink.family(hostCpus);
  sink.sample(renderLabels(hostCpus, { host }), 2);
});

function scrapeOf(collectors: Collector[], more: Partial<ScrapeOptions> = {}) {
  const log = { error: vi.fn(), warn: vi.fn() };
  const scrape = createScrape({
    collectors,
    self: (report) => createSelfCollector({ host, version: '1' }, report),
    defaults: undefined,
    log,
    ...more,
  });
  const text = async () => writeExposition((await scrape.run()).blocks, 'prometheus').toString();
  return { scrape, log, text };
}

describe('createScrape', () => {
  it('writes what the collectors wrote, and that they are up', async () => {
    const { text } = scrapeOf([writesCpus]);
    const exposition = await text();
    expect(exposition).toContain('toposcope_host_cpus{host="a"} 2\n');
    expect(exposition).toContain('toposcope_collector_up{host="a",collector="host"} 1\n');
    expect(exposition).toContain('toposcope_series{host="a",family="toposcope_host_cpus"} 1\n');
  });

  it('discards everything that a failing collector wrote, and nothing of the others', async () => {
    const failing = collector('process', (sink) => {
      sink.family(hostLoad1);
      sink.sample(renderLabels(hostLoad1, { host }), 1);
      throw new Error('no /proc');
    });
    const exposition = await scrapeOf([failing, writesCpus]).text();
    expect(exposition).not.toContain('toposcope_host_load1');
    expect(exposition).toContain('toposcope_host_cpus{host="a"} 2\n');
    expect(exposition).toContain('toposcope_collector_up{host="a",collector="process"} 0\n');
    expect(exposition).toContain('toposcope_collector_up{host="a",collector="host"} 1\n');
  });

  it('treats a rejection like an exception', async () => {
    const failing = collector('process', () => Promise.reject(new Error('later')));
    expect(await scrapeOf([failing]).text()).toContain('collector="process"} 0\n');
  });

  it('treats a collector that takes too long as failed, and goes on', async () => {
    const stuck = collector('process', () => new Promise<void>(() => undefined));
    const { text, log } = scrapeOf([stuck, writesCpus], { timeoutMs: 20 });
    const exposition = await text();
    expect(exposition).toContain('collector="process"} 0\n');
    expect(exposition).toContain('toposcope_host_cpus{host="a"} 2\n');
    expect(log.error.mock.calls[0]?.[1]).toMatch(/process failed: it took longer than 0.02 s/);
  });

  it('keeps what a late collector writes out of this exposition and of the next', async () => {
    let finish: () => void = () => undefined;
    let runs = 0;
    const late = collector('process', async (sink) => {
      if (runs++ === 0) {
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        sink.family(hostLoad1);
        sink.sample(renderLabels(hostLoad1, { host }), 1);
      }
    });
    const { text } = scrapeOf([late, writesCpus], { timeoutMs: 20 });
    expect(await text()).not.toContain('load1');
    finish();
    const next = await text();
    expect(next).not.toContain('load1');
    expect(next).toContain('collector="process"} 1\n');
  });

  it('says what to do where too many files are open', async () => {
    const { scrape, log } = scrapeOf([
      collector('process', () => {
        throw Object.assign(new Error('EMFILE: too many open files, open'), { code: 'EMFILE' });
      }),
    ]);
    await scrape.run();
    expect(log.error.mock.calls[0]?.[1]).toMatch(/too many open files, open\. Raise .* LimitNOFILE=/);
  });

  it('logs a failure once, again when it changes, and again after a success', async () => {
    const messages = ['x', 'x', 'y', undefined, 'y'];
    const { scrape, log } = scrapeOf([
      collector('process', () => {
        const message = messages.shift();
        if (message !== undefined) {
          throw new Error(message);
        }
      }),
    ]);
    for (let run = 0; run < 5; run++) {
      await scrape.run();
    }
    expect(log.error.mock.calls.map(([, line]) => String(line))).toEqual([
      'Collector process failed: x',
      'Collector process failed: y',
      'Collector process failed: y',
    ]);
  });

  it('logs series that came twice, once a family', async () => {
    const { scrape, log } = scrapeOf([
      collector('host', (sink) => {
        sink.family(hostCpus);
        sink.sample(renderLabels(hostCpus, { host }), 1);
        sink.sample(renderLabels(hostCpus, { host }), 2);
      }),
    ]);
    await scrape.run();
    await scrape.run();
    expect(log.warn.mock.calls).toEqual([[expect.stringContaining('toposcope_host_cpus')]]);
  });

  it('shares one run between scrapes that overlap', async () => {
    let runs = 0;
    const { scrape } = scrapeOf([
      collector('host', async () => {
        runs++;
        await Promise.resolve();
      }),
    ]);
    const [first, second] = await Promise.all([scrape.run(), scrape.run()]);
    expect(first).toBe(second);
    await scrape.run();
    expect(runs).toBe(2);
  });

  it('adds up over the scrapes what caps kept out', async () => {
    const { scrape, text } = scrapeOf([
      collector('host', (sink) => {
        sink.family(hostCpus);
        sink.dropped(3);
      }),
    ]);
    await scrape.run();
    expect(await text()).toContain(
      'toposcope_series_dropped_total{host="a",family="toposcope_host_cpus"} 6\n',
    );
  });

  it('writes one family only once when two collectors claim it', async () => {
    const { text, log } = scrapeOf([writesCpus, { ...writesCpus, name: 'process' }]);
    expect((await text()).match(/# TYPE toposcope_host_cpus /g)).toHaveLength(1);
    expect(log.warn).toHaveBeenCalledWith(expect.stringContaining('toposcope_host_cpus'));
  });

  it('goes on without the metrics of Node.js when these fail', async () => {
    const { text, log } = scrapeOf([writesCpus], {
      defaults: { collect: () => Promise.reject(new Error('odd')) },
    });
    expect(await text()).toContain('toposcope_host_cpus');
    expect(log.error).toHaveBeenCalledOnce();
  });

  it('works without the self collector', async () => {
    expect(await scrapeOf([writesCpus], { self: undefined }).text()).not.toContain('collector_up');
  });
});
