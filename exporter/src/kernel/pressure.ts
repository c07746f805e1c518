import type { RecordReader } from './kept-files.js';

/** Time for which some or all tasks waited for a resource. */
export interface Pressure {
  readonly resource: 'cpu' | 'memory' | 'io';
  readonly kind: 'some' | 'full';
  readonly seconds: number;
}

const RESOURCES = ['cpu', 'memory', 'io'] as const;

/** Reads `cpu.pressure`, `memory.pressure` and `io.pressure` of a v2 group; empty where the kernel keeps none. */
export function readPressure(directory: string, read: RecordReader): Pressure[] {
  return RESOURCES.flatMap((resource) => {
    const bytes = read(`${directory}/${resource}.pressure`);
    return bytes === undefined ? [] : parsePressure(bytes.toString('latin1'), resource);
  });
}

/** Parses `some avg10=0.00 avg60=0.00 avg300=0.00 total=12` (Documentation/accounting/psi.rst); total is in µs. */
export function parsePressure(text: string, resource: Pressure['resource']): Pressure[] {
  return [...text.matchAll(/^(some|full) .*\btotal=(\d+)$/gm)].map(([, kind, total]) => ({
    resource,
    kind: kind === 'full' ? 'full' : 'some',
    seconds: Number(total) / 1e6,
  }));
}
