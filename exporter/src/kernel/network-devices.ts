import { readSmallFile } from './small-file.js';

/** Counters of one interface since it exists. */
export interface NetworkDevice {
  readonly name: string;
  readonly receive: NetworkCounters;
  readonly transmit: NetworkCounters;
}

export interface NetworkCounters {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly drops: number;
}

/** Reads the interfaces of a process's network namespace; undefined when it has ended. */
export function readNetworkDevices(procRoot: string, pid: number): NetworkDevice[] | undefined {
  const bytes = readSmallFile(`${procRoot}/${pid}/net/dev`);
  return bytes && parseNetworkDevices(bytes.toString('utf8'));
}

/** An interface in `net/dev` (net/core/net-procfs.c): `name: 8 numbers received, 8 sent`; the first 4 of both count. */
const LINE = /^ *(\S.*): *(\d+) +(\d+) +(\d+) +(\d+)(?: +\d+){4} +(\d+) +(\d+) +(\d+) +(\d+)(?: +\d+){4}/gm;

/** Parses `net/dev`; what is no interface, such as the two lines of headings, is left out. */
export function parseNetworkDevices(text: string): NetworkDevice[] {
  return Array.from(text.matchAll(LINE), ([, name = '', ...numbers]) => ({
    name,
    receive: counters(numbers, 0),
    transmit: counters(numbers, 4),
  }));
}

function counters(numbers: readonly string[], first: number): NetworkCounters {
  return {
    bytes: Number(numbers[first]),
    packets: Number(numbers[first + 1]),
    errors: Number(numbers[first + 2]),
    drops: Number(numbers[first + 3]),
  };
}
