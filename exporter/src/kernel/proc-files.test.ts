import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOpenFilesCounter, readOpenFilesLimit } from './descriptors.js';
import { parseHostMemory, parseHostProcessors, parseLoadAverages } from './host-statistics.js';
import { parseNetworkDevices } from './network-devices.js';
import { createOpenFiles } from './open-files.js';
import { createUserNames, parsePasswd } from './passwd.js';
import { parsePressure } from './pressure.js';
import { readOneRecord, readSmallFile } from './small-file.js';
import { readSystemConstants } from './system-constants.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'toposcope-files-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('readSmallFile', () => {
  it('reads a file of any length', () => {
    for (const length of [0, 1, 65_535, 65_536, 65_537, 300_000]) {
      const bytes = Buffer.alloc(length, 'ü');
      writeFileSync(join(root, 'file'), bytes);
      expect(readSmallFile(join(root, 'file'))?.equals(bytes)).toBe(true);
    }
  });

  it('reads lists of the kernel that come a page at a time', () => {
    expect(readSmallFile('/proc/kallsyms')?.length).toBe(readFileSync('/proc/kallsyms').length);
  });

  it.each([readSmallFile, readOneRecord])('is undefined for a file that is not there', (read) => {
    expect(read(join(root, 'none'))).toBeUndefined();
    writeFileSync(join(root, 'file'), '');
    expect(read(join(root, 'file/none'))).toBeUndefined();
  });

  it.each([readSmallFile, readOneRecord])('throws for what is not a file', (read) => {
    expect(() => read(root)).toThrow(/EISDIR/);
  });
});

describe('parseHostProcessors', () => {
  it('reads /proc/stat in seconds', () => {
    const text = 'cpu  100 200 300 400 500 600 700 800 9 9\ncpu0 1 2\ncpu1 1 2\nintr 5\nbtime 1795225572\n';
    expect(parseHostProcessors(text, 100)).toEqual({
      online: 2,
      bootTime: 1795225572,
      seconds: [
        ['user', 1],
        ['nice', 2],
        ['system', 3],
        ['idle', 4],
        ['iowait', 5],
        ['irq', 6],
        ['softirq', 7],
        ['steal', 8],
      ],
    });
  });

  it('counts this machine’s processors as Node.js does', () => {
    expect(parseHostProcessors(readFileSync('/proc/stat', 'utf8'), 100)?.online).toBe(cpus().length);
  });

  it.each(['', 'cpu0 1 2 3\n', 'cpu  a b\n'])('is undefined for %j', (text) => {
    expect(parseHostProcessors(text, 100)).toBeUndefined();
  });
});

describe('parseLoadAverages', () => {
  it('reads the three numbers', () => {
    expect(parseLoadAverages('2.79 2.02 1.16 3/345 19024\n')).toEqual([2.79, 2.02, 1.16]);
  });
  it('is undefined for rubbish', () => {
    expect(parseLoadAverages('no load')).toBeUndefined();
  });
});

describe('parseHostMemory', () => {
  it('takes kB for 1,024 bytes', () => {
    expect(parseHostMemory('MemTotal:       100 kB\nMemFree: 1 kB\nMemAvailable:    50 kB\n')).toEqual({
      total: 102_400,
      available: 51_200,
    });
  });
  it('does without MemAvailable', () => {
    expect(parseHostMemory('MemTotal: 1 kB\n')).toEqual({ total: 1024, available: undefined });
  });
  it('finds as much memory in this machine as Node.js does', () => {
    expect(parseHostMemory(readFileSync('/proc/meminfo', 'utf8'))?.total).toBe(totalmem());
  });
  it('is undefined for rubbish', () => {
    expect(parseHostMemory('')).toBeUndefined();
  });
});

const NET_DEV = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:    3193      29    1    2    0     0          0         0     4000      30    3    4    0     0       0          0
eth0.5:1086174241   30656    0    0    0     0          0         0  2300539   18953    0    0    0     0       0          0
`;

describe('parseNetworkDevices', () => {
  it('reads each interface, also where a number touches the name', () => {
    expect(parseNetworkDevices(NET_DEV)).toEqual([
      {
        name: 'lo',
        receive: { bytes: 3193, packets: 29, errors: 1, drops: 2 },
        transmit: { bytes: 4000, packets: 30, errors: 3, drops: 4 },
      },
      {
        name: 'eth0.5',
        receive: { bytes: 1086174241, packets: 30656, errors: 0, drops: 0 },
        transmit: { bytes: 2300539, packets: 18953, errors: 0, drops: 0 },
      },
    ]);
  });

  it('finds the interfaces of this machine', () => {
    const before = readdirSync('/sys/class/net');
    const names = parseNetworkDevices(readFileSync('/proc/self/net/dev', 'utf8')).map(({ name }) => name);
    // Containers that come and go beside this test bring and take interfaces.
    const after = new Set(readdirSync('/sys/class/net'));
    expect(names).toEqual(expect.arrayContaining(before.filter((name) => after.has(name))));
    expect(names).toContain('lo');
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseNetworkDevices(NET_DEV + text)));
  });
});

describe('parsePressure', () => {
  it('reads the totals in seconds', () => {
    const text =
      'some avg10=1.00 avg60=0.50 avg300=0.10 total=2500000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1\n';
    expect(parsePressure(text, 'io')).toEqual([
      { resource: 'io', kind: 'some', seconds: 2.5 },
      { resource: 'io', kind: 'full', seconds: 0.000001 },
    ]);
  });
  it('finds nothing in rubbish', () => {
    expect(parsePressure('none of it total=1', 'io')).toEqual([]);
  });
});

describe('createOpenFilesCounter', () => {
  it('counts the entries where the size does not say it, as in a recording', () => {
    mkdirSync(join(root, '7/fd'), { recursive: true });
    ['0', '1', '2'].forEach((fd) => symlinkSync('/dev/null', join(root, '7/fd', fd)));
    expect(createOpenFilesCounter(root)(7)).toBe(3);
  });

  it('counts this process’s descriptors as the kernel lists them', () => {
    const listed = readdirSync('/proc/self/fd').length;
    // The listing has the listing's own descriptor in it.
    expect([listed - 1, listed]).toContain(createOpenFilesCounter('/proc')(process.pid));
  });

  it('is undefined for a process that ended', () => {
    expect(createOpenFilesCounter(root)(8)).toBeUndefined();
    expect(createOpenFilesCounter('/proc')(2 ** 30)).toBeUndefined();
  });
});

describe('createOpenFiles', () => {
  it('counts each process of a snapshot once', () => {
    const asked: number[] = [];
    const files = createOpenFiles((pid) => (asked.push(pid), pid === 8 ? undefined : 3));
    const snapshot = { takenAt: 0, processes: new Map([7, 8].map((pid) => [pid, {} as never])) };
    expect([...files.of(snapshot)]).toEqual([[7, 3]]);
    files.of(snapshot);
    expect(asked).toEqual([7, 8]);
  });
});

describe('readOpenFilesLimit', () => {
  const put = (soft: string) => {
    mkdirSync(join(root, '7'), { recursive: true });
    writeFileSync(
      join(root, '7/limits'),
      `Limit                     Soft Limit           Hard Limit           Units\nMax open files            ${soft.padEnd(21)}524288               files\n`,
    );
  };
  it('reads the soft limit', () => {
    put('1024');
    expect(readOpenFilesLimit(root, 7)).toBe(1024);
  });
  it('is undefined without a limit, and without the file', () => {
    put('unlimited');
    expect(readOpenFilesLimit(root, 7)).toBeUndefined();
    expect(readOpenFilesLimit(root, 8)).toBeUndefined();
  });
});

describe('parsePasswd', () => {
  it('reads names by number, the first of a number first', () => {
    const text =
      'root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:\n# comment:x:5:\n+::::::\nwww-data:x:33:33:::\nbroken\n';
    expect([...parsePasswd(text)]).toEqual([
      [0, 'root'],
      [33, 'www-data'],
    ]);
  });
});

describe('createUserNames', () => {
  it('shows the number of a user without a name, until the file has one', () => {
    const path = join(root, 'passwd');
    const users = createUserNames(path);
    expect(users.nameOf(1000)).toBe('1000');
    writeFileSync(path, 'anna:x:1000:1000:::\n');
    expect(users.nameOf(1000)).toBe('anna');
  });
});

describe('readSystemConstants', () => {
  it('reads the sizes of a page and a tick from the auxiliary vector', () => {
    const vector = Buffer.alloc(64);
    [6, 16_384, 17, 250, 0, 0].forEach((word, index) => vector.writeBigUInt64LE(BigInt(word), index * 8));
    writeFileSync(join(root, 'auxv'), vector);
    expect(readSystemConstants(join(root, 'auxv'))).toEqual({ pageBytes: 16_384, ticksPerSecond: 250 });
  });
  it('falls back to what is usual', () => {
    expect(readSystemConstants(join(root, 'none'))).toEqual({ pageBytes: 4096, ticksPerSecond: 100 });
  });
});
