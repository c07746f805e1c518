import pino from 'pino';
import type { SampleSink } from '../../exporter/src/collectors/collector.js';
import {
  createConnectionCollector,
  type ConnectionCollector,
  type ConnectionCollectorOptions,
} from '../../exporter/src/collectors/connection.js';
import { hostName } from '../../exporter/src/contract/ids.js';
import { createProcessTable } from '../../exporter/src/kernel/procfs.js';
import { readSystemConstants } from '../../exporter/src/kernel/system-constants.js';
import { containerIdOfCgroup } from '../../exporter/src/runtimes/container-id.js';

/** One sample with its labels, as a test looks at it. */
export interface Row {
  readonly family: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A collector of this machine's connections that passes often, so that tests need not wait long. */
export function startCollector(changes: Partial<ConnectionCollectorOptions> = {}): ConnectionCollector {
  return createConnectionCollector({
    host: hostName('test'),
    processTable: createProcessTable({ procRoot: '/proc', constants: readSystemConstants() }),
    containerOf: containerIdOfCgroup,
    runtimes: [],
    procRoot: '/proc',
    sysRoot: '/sys',
    logger: pino({ level: 'warn' }),
    passIntervalMs: 1_000,
    flowIntervalMs: 2_000,
    ...changes,
  });
}

export async function readRows(collector: ConnectionCollector): Promise<Row[]> {
  const rows: Row[] = [];
  let family = '';
  const sink: SampleSink = {
    family: ({ name }) => {
      family = name;
    },
    sample: (labels, value) => rows.push({ family, labels: parseLabels(labels), value }),
    summary: (labels, sum, count) =>
      rows.push(
        { family: `${family}_sum`, labels: parseLabels(labels), value: sum },
        { family: `${family}_count`, labels: parseLabels(labels), value: count },
      ),
    dropped: () => undefined,
    keep: () => undefined,
  };
  await collector.collect(sink);
  return rows;
}

/** The rows of an exposition. */
export function rowsOf(exposition: string): Row[] {
  return [...exposition.matchAll(/^([a-z_]+)\{(.*)\} (\S+)$/gm)].map(
    ([, family = '', labels = '', value = '']) => ({
      family,
      labels: parseLabels(labels),
      value: Number(value),
    }),
  );
}

/** Adds up a family over the rows whose labels match. */
export function sumOf(
  rows: readonly Row[],
  family: string,
  labels: Readonly<Record<string, string>>,
): number {
  return rows
    .filter((row) => row.family === family && matches(row, labels))
    .reduce((sum, { value }) => sum + value, 0);
}

export function matches(row: Row, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([label, value]) => row.labels[label] === value);
}

/**
 * Reads until the check passes, and returns the rows; fails with the check's own error after the time is up, which is
 * long: a machine that is busy with other tests passes seldom.
 */
export async function eventually(
  collector: ConnectionCollector,
  check: (rows: Row[]) => void,
  seconds = 45,
): Promise<Row[]> {
  const until = Date.now() + seconds * 1_000;
  for (;;) {
    const rows = await readRows(collector);
    try {
      check(rows);
      return rows;
    } catch (error) {
      if (Date.now() > until) {
        throw error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function parseLabels(labels: string): Record<string, string> {
  return Object.fromEntries(
    [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
}
