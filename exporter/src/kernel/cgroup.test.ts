import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCgroup, readCgroupLimits } from './cgroup.js';
import { parseKeyed } from './cgroup-file.js';
import type { CgroupMounts } from './cgroup-mounts.js';
import { parseBlkio } from './cgroup-v1.js';
import { parseCpuMax, parseIoStat } from './cgroup-v2.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'toposcope-cgroup-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function put(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** The names and forms of Documentation/admin-guide/cgroup-v2.rst. */
const V2_FILES = {
  'g/cpu.stat':
    'usage_usec 3000000\nuser_usec 2000000\nsystem_usec 1000000\nnr_periods 10\nnr_throttled 4\nthrottled_usec 500000\n',
  'g/cpu.max': '150000 100000\n',
  'g/memory.current': '104857600\n',
  'g/memory.max': '209715200\n',
  'g/memory.swap.current': '4096\n',
  'g/memory.stat': 'anon 50000000\nfile 40000000\nkernel 1\ninactive_file 30000000\n',
  'g/memory.events': 'low 0\nhigh 0\nmax 3\noom 2\noom_kill 1\n',
  'g/io.stat': '8:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n253:0 \n',
  'g/pids.current': '7\n',
  'g/pids.max': 'max\n',
  'g/cpu.pressure': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=1500000\n',
  'g/memory.pressure':
    'some avg10=0.00 avg60=0.00 avg300=0.00 total=10\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=5\n',
};

/** What both groups of files say, in seconds, bytes and counts. */
const IN_EITHER = {
  cpu: {
    userSeconds: 2,
    systemSeconds: 1,
    periods: 10,
    throttledPeriods: 4,
    throttledSeconds: 0.5,
  },
  memory: {
    usage: 104857600,
    inactiveFile: 30000000,
    rss: 50000000,
    cache: 40000000,
    swap: 4096,
    oomKills: 1,
  },
  io: [{ device: '8:0', readBytes: 4096, writtenBytes: 8192, reads: 1, writes: 2 }],
  pids: 7,
};

const v2 = (): CgroupMounts => ({ version: 'v2', unified: root, controllers: new Map() });
const inG = { unified: '/g', controllers: new Map<string, string>() };

describe('readCgroup on a v2 host', () => {
  it('reads everything in seconds, bytes and counts', () => {
    put(V2_FILES);
    expect(readCgroup(v2(), inG)).toEqual({
      ...IN_EITHER,
      pressure: [
        { resource: 'cpu', kind: 'some', seconds: 1.5 },
        { resource: 'memory', kind: 'some', seconds: 0.00001 },
        { resource: 'memory', kind: 'full', seconds: 0.000005 },
      ],
    });
  });

  it('leaves out the parts whose controllers are off', () => {
    put({ 'g/cpu.stat': 'usage_usec 3\nuser_usec 2\nsystem_usec 1\n' });
    expect(readCgroup(v2(), inG)).toMatchObject({
      cpu: { periods: 0 },
      memory: undefined,
      io: [],
      pids: undefined,
      pressure: [],
    });
  });

  it('is undefined when the group is gone', () => {
    expect(readCgroup(v2(), inG)).toBeUndefined();
  });

  it.each(Object.keys(V2_FILES).filter((name) => name !== 'g/cpu.stat'))(
    'goes on when %s vanishes',
    (name) => {
      put(V2_FILES);
      rmSync(join(root, name));
      expect(readCgroup(v2(), inG)?.cpu?.userSeconds).toBe(2);
    },
  );

  it('does not leave the tree for a path of another cgroup namespace', () => {
    put(V2_FILES);
    expect(
      readCgroup({ ...v2(), unified: join(root, 'below') }, { ...inG, unified: '/../g' }),
    ).toBeUndefined();
  });

  it('throws when a file is something else, since that is no group that vanished', () => {
    put(V2_FILES);
    rmSync(join(root, 'g/memory.current'));
    mkdirSync(join(root, 'g/memory.current'));
    expect(() => readCgroup(v2(), inG)).toThrow(/EISDIR/);
  });
});

/** The names and forms of Documentation/admin-guide/cgroup-v1/. */
const V1_FILES = {
  'cpuacct/g/cpuacct.usage_user': '2000000000\n',
  'cpuacct/g/cpuacct.usage_sys': '1000000000\n',
  'cpu/g/cpu.stat': 'nr_periods 10\nnr_throttled 4\nthrottled_time 500000000\n',
  'cpu/g/cpu.cfs_quota_us': '150000\n',
  'cpu/g/cpu.cfs_period_us': '100000\n',
  'memory/g/memory.usage_in_bytes': '104857600\n',
  'memory/g/memory.limit_in_bytes': '209715200\n',
  'memory/g/memory.stat':
    'cache 1\nrss 1\ninactive_file 1\ntotal_cache 40000000\ntotal_rss 50000000\ntotal_swap 4096\ntotal_inactive_file 30000000\n',
  'memory/g/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n',
  'blkio/g/blkio.throttle.io_service_bytes_recursive':
    '8:0 Read 4096\n8:0 Write 8192\n8:0 Sync 0\n8:0 Async 12288\n8:0 Total 12288\nTotal 12288\n',
  'blkio/g/blkio.throttle.io_serviced_recursive': '8:0 Read 1\n8:0 Write 2\n8:0 Total 3\nTotal 3\n',
  'pids/g/pids.current': '7\n',
  'pids/g/pids.max': '100\n',
};
const CONTROLLERS = ['cpu', 'cpuacct', 'memory', 'blkio', 'pids'];

const v1 = (): CgroupMounts => ({
  version: 'v1',
  unified: undefined,
  controllers: new Map(CONTROLLERS.map((name) => [name, join(root, name)])),
});
const inEach = { unified: undefined, controllers: new Map(CONTROLLERS.map((name) => [name, '/g'])) };

describe('readCgroup on a v1 host', () => {
  it('reads the same as on v2 from other files', () => {
    put(V1_FILES);
    expect(readCgroup(v1(), inEach)).toEqual({ ...IN_EITHER, pressure: [] });
  });

  it.each(Object.keys(V1_FILES))('goes on when %s vanishes', (name) => {
    put(V1_FILES);
    rmSync(join(root, name));
    expect(readCgroup(v1(), inEach)).toBeDefined();
  });

  it('is undefined when the group is gone', () => {
    expect(readCgroup(v1(), inEach)).toBeUndefined();
  });

  it('adds the pressure of the v2 tree on a hybrid host', () => {
    put({ ...V1_FILES, 'unified/g/cpu.pressure': V2_FILES['g/cpu.pressure'] });
    const hybrid: CgroupMounts = { ...v1(), version: 'hybrid', unified: join(root, 'unified') };
    const found = readCgroup(hybrid, { ...inEach, unified: '/g' });
    expect(found?.pressure).toEqual([{ resource: 'cpu', kind: 'some', seconds: 1.5 }]);
    expect(found?.cpu?.userSeconds).toBe(2);
  });
});

describe('readCgroupLimits', () => {
  const none = { cores: undefined, memoryBytes: undefined, pids: undefined };

  it('reads the limits of a v2 group', () => {
    put({ ...V2_FILES, 'g/pids.max': '100\n' });
    expect(readCgroupLimits(v2(), inG)).toEqual({ cores: 1.5, memoryBytes: 209715200, pids: 100 });
  });

  it('reads the same of a v1 group from other files', () => {
    put(V1_FILES);
    expect(readCgroupLimits(v1(), inEach)).toEqual({ cores: 1.5, memoryBytes: 209715200, pids: 100 });
  });

  it('takes what stands for no limit in v2 as none', () => {
    put({ 'g/cpu.max': 'max 100000\n', 'g/memory.max': 'max\n', 'g/pids.max': 'max\n' });
    expect(readCgroupLimits(v2(), inG)).toEqual(none);
  });

  it('takes what stands for no limit in v1 as none', () => {
    put({
      ...V1_FILES,
      'cpu/g/cpu.cfs_quota_us': '-1\n',
      'memory/g/memory.limit_in_bytes': '9223372036854771712\n',
      'pids/g/pids.max': 'max\n',
    });
    expect(readCgroupLimits(v1(), inEach)).toEqual(none);
  });

  it.each([
    ['v2', v2, inG],
    ['v1', v1, inEach],
    ['a v2 path of another cgroup namespace in', v2, { ...inG, unified: '/../g' }],
  ])('knows none where there are no files of it: %s', (_name, mounts, member) => {
    expect(readCgroupLimits(mounts(), member)).toEqual(none);
  });
});

describe('parseCpuMax', () => {
  it.each([
    ['max 100000\n', undefined],
    ['50000 100000\n', 0.5],
    ['50000 0\n', undefined],
    ['', undefined],
    ['rubbish', undefined],
  ])('takes %j for %s cores', (text, cores) => {
    expect(parseCpuMax(text)).toBe(cores);
  });
});

describe('parseKeyed', () => {
  it.each([
    ['file', undefined],
    ['anon', 1],
    ['inactive_file', 2],
    ['last', 4],
    ['broken', undefined],
    ['', undefined],
  ])('finds %j to be %s, and not in part of another name', (name, value) => {
    expect(parseKeyed(Buffer.from('anon 1\ninactive_file 2\nbroken 3x\nlast 4')).get(name)).toBe(value);
  });
});

describe('the cgroup parsers', () => {
  it.each([
    ['parseIoStat', parseIoStat],
    ['parseBlkio', parseBlkio],
    ['parseCpuMax', parseCpuMax],
    ['parseKeyed', (text: string) => parseKeyed(Buffer.from(text)).get('a')],
  ])('%s never throws, whatever the text', (_name, parse) => {
    const lines = fc.array(
      fc.oneof(fc.string(), fc.constantFrom('8:0', '8:0 Read', '8:0 Read x', 'a 1', 'a=b')),
    );
    fc.assert(fc.property(lines, (texts) => void parse(texts.join('\n'))));
  });

  it('read back any devices of io.stat', () => {
    const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
    const device = fc.record({
      device: fc.tuple(fc.nat(511), fc.nat(1_048_575)).map((numbers) => numbers.join(':')),
      readBytes: count,
      writtenBytes: count,
      reads: count,
      writes: count,
    });
    fc.assert(
      fc.property(fc.array(device), (devices) => {
        const text = devices
          .map(
            (d) =>
              `${d.device} rbytes=${d.readBytes} wbytes=${d.writtenBytes} rios=${d.reads} wios=${d.writes}`,
          )
          .join('\n');
        expect(parseIoStat(text)).toEqual(devices);
      }),
    );
  });

  it('read back any flat keyed file', () => {
    const key = fc.stringMatching(/^[a-z_.]{1,20}$/);
    fc.assert(
      fc.property(fc.dictionary(key, fc.nat({ max: Number.MAX_SAFE_INTEGER })), (values) => {
        const text = Object.entries(values)
          .map(([name, value]) => `${name} ${value}\n`)
          .join('');
        const found = parseKeyed(Buffer.from(text));
        expect(Object.fromEntries(Object.keys(values).map((name) => [name, found.get(name)]))).toEqual({
          ...values,
        });
      }),
    );
  });
});
