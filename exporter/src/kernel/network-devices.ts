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

/** Parses `net/dev` (net/core/net-procfs.c): two lines of headings, then `name: 8 numbers received, 8 sent`. */
export function parseNetworkDevices(text: string): NetworkDevice[] {
  return text.split('\n').flatMap((line) => {
    const colon = line.lastIndexOf(':');
    const numbers = line
      .slice(colon + 1)
      .trim()
      .split(/ +/)
      .map(Number);
    if (colon < 0 || numbers.length < 16 || numbers.some(Number.isNaN)) {
      return [];
    }
    return [
      { name: line.slice(0, colon).trim(), receive: counters(numbers, 0), transmit: counters(numbers, 8) },
    ];
  });
}

function counters(numbers: readonly number[], first: number): NetworkCounters {
  return {
    bytes: numbers[first] ?? 0,
    packets: numbers[first + 1] ?? 0,
    errors: numbers[first + 2] ?? 0,
    drops: numbers[first + 3] ?? 0,
  };
}
