import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ExporterRun, sampleOf } from '../engines/exporter.js';
import { DOCKERD, OwnEngine } from '../engines/own-engine.js';

const canRun = process.getuid?.() === 0 && existsSync(DOCKERD);

describe.skipIf(!canRun)(
  'the exporter, while its engine is killed and started again (needs root and dockerd)',
  () => {
    const engine = new OwnEngine();
    let exporter: ExporterRun;

    beforeAll(async () => {
      await engine.start();
      // An archive of nothing: two blocks of zeros.
      const progress = await engine.docker.importImage(Readable.from([Buffer.alloc(1024)]), {
        repo: 'empty',
      });
      await once(progress.resume(), 'end');
      await engine.docker.createContainer({ name: 'first', Image: 'empty', Cmd: ['/none'] });
      exporter = await ExporterRun.beside({ docker: engine.socketPath });
    });
    afterAll(async () => {
      await engine.dispose();
      await exporter.stop();
    });

    const up = (text: string) => sampleOf(text, 'collector_up', 'collector="container"');

    it('says 0 while it is away, gives the rest, and finds what changed when it is back', async () => {
      expect(up(await exporter.scrape())).toBe(1);
      expect(await exporter.scrape()).toContain('name="first"');

      const scrapes: Promise<string>[] = [];
      const killed = engine.kill();
      for (let index = 0; index < 20; index++) {
        scrapes.push(exporter.scrape());
        await sleep(50);
      }
      await killed;
      const during = await Promise.all(scrapes);
      expect(during.map((text) => sampleOf(text, 'collector_up', 'collector="process"'))).toEqual(
        during.map(() => 1),
      );
      const away = await exporter.scrape();
      expect(up(away)).toBe(0);
      expect(away).not.toContain('toposcope_container_info');
      expect(away).toContain('toposcope_process_group_processes');
      // Not one a scrape: the reason changes once, from a connection that was cut to one that is refused.
      const errors = exporter.stderr.split('\n').filter((line) => line.includes('level=error'));
      expect(errors.filter((line) => !line.includes('Collector container failed'))).toEqual([]);
      expect(errors.length).toBeGreaterThanOrEqual(1);
      expect(errors.length).toBeLessThanOrEqual(2);

      await engine.start();
      await engine.docker.createContainer({ name: 'second', Image: 'empty', Cmd: ['/none'] });
      await vi.waitFor(async () => expect(up(await exporter.scrape())).toBe(1), {
        timeout: 40_000,
        interval: 500,
      });
      const back = await exporter.scrape();
      expect(back).toContain('name="first"');
      expect(back).toContain('name="second"');
    });

    it('leaves no descriptor open behind it for each time it lost the engine', async () => {
      const before = exporter.descriptors();
      for (let index = 0; index < 2; index++) {
        await engine.kill();
        await vi.waitFor(async () => expect(up(await exporter.scrape())).toBe(0), { timeout: 10_000 });
        await engine.start();
        await vi.waitFor(async () => expect(up(await exporter.scrape())).toBe(1), {
          timeout: 40_000,
          interval: 500,
        });
      }
      await vi.waitFor(() => expect(exporter.descriptors()).toBeLessThanOrEqual(before + 2), {
        timeout: 10_000,
      });
    });
  },
);
