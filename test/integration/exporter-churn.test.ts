import { randomBytes } from 'node:crypto';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import {
  CHURN_PORT,
  churnContainers,
  churnNamespaces,
  deleteChurnedNamespaces,
  openedByChurned,
  removeChurnedContainers,
} from '../engines/churn.js';
import { engineAnswers } from '../engines/docker.js';
import { ExporterRun } from '../engines/exporter.js';
import { residentMibOf, sumOfSamples } from '../measure/exporter-process.js';

const canRun = process.getuid?.() === 0 && (await engineAnswers());
const IMAGE = `toposcope-test-churn-${randomBytes(4).toString('hex')}`;
/** A thousand containers are a benchmark: `npm run bench -- churn`. */
const NAMESPACES = 200;
const CONTAINERS = 16;

describe.skipIf(!canRun)(
  'the exporter, while namespaces and containers come and go (needs root and an engine)',
  () => {
    const docker = new Docker();
    let exporter: ExporterRun;

    beforeAll(async () => {
      deleteChurnedNamespaces();
      await buildBusyboxImage(docker, IMAGE);
      exporter = await ExporterRun.serving(['--connection.interval=1s']);
      await exporter.scrape();
    });

    afterAll(async () => {
      deleteChurnedNamespaces();
      await removeChurnedContainers(docker, IMAGE);
      await exporter.stop();
    });

    it(`keeps neither descriptors nor namespaces of ${NAMESPACES} namespaces and ${CONTAINERS} containers`, async () => {
      const before = exporter.descriptors();
      await churnNamespaces(NAMESPACES / 2);
      await exporter.scrape();
      const halfway = residentMibOf(exporter.pid);
      await churnNamespaces(NAMESPACES / 2);
      await churnContainers(docker, IMAGE, CONTAINERS);
      await vi.waitFor(
        async () => {
          const text = await exporter.scrape();
          // Those by which it holds a namespace without a process count: each takes some.
          expect(exporter.descriptors()).toBeLessThanOrEqual(before);
          expect(sumOfSamples(text, 'toposcope_listener_info', `port="${CHURN_PORT}"`)).toBe(0);
          // Each has made one connection, to itself: what else it were given is another's.
          expect(Math.max(0, ...openedByChurned(text).values())).toBeLessThanOrEqual(1);
        },
        { timeout: 40_000, interval: 500 },
      );
      // V8 lets garbage lie for longer where it gets little processor time.
      expect(residentMibOf(exporter.pid) - halfway).toBeLessThan(16);
      expect(await exporter.scrape()).not.toMatch(/^toposcope_collector_up\{.*\} 0$/m);
    });
  },
);
