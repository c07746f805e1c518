import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCgroupMounts, parseCgroupMembership } from './cgroup-mounts.js';

const ROOT = '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw';
const V2 = '35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate';
const UNIFIED = '41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw';
const CPU = '32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:10 - cgroup cgroup rw,cpu,cpuacct';
const MEMORY = '35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory';
const SYSTEMD = '40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd';

const mountsOf = (...lines: string[]) => findCgroupMounts(`${lines.join('\n')}\n`, '/sys');

describe('findCgroupMounts', () => {
  it.each([
    ['v2', [ROOT, V2], 'v2'],
    ['v1', [ROOT, CPU, MEMORY, SYSTEMD], 'v1'],
    ['hybrid', [ROOT, CPU, MEMORY, SYSTEMD, UNIFIED], 'hybrid'],
    ['v2 beside the v1 tree of systemd', [V2, SYSTEMD], 'v2'],
    ['none', [ROOT], undefined],
    ['none in rubbish', ['', 'x', '1 2 3'], undefined],
  ])('tells %s', (_case, lines, version) => {
    expect(mountsOf(...lines).version).toBe(version);
  });

  it('finds controllers that share a tree', () => {
    const { controllers } = mountsOf(CPU, MEMORY);
    expect(controllers.get('cpu')).toBe('/sys/fs/cgroup/cpu,cpuacct');
    expect(controllers.get('cpuacct')).toBe('/sys/fs/cgroup/cpu,cpuacct');
    expect(controllers.get('memory')).toBe('/sys/fs/cgroup/memory');
  });

  it('moves the mounts below another root of /sys, and no others', () => {
    const { unified } = findCgroupMounts(V2, '/host/sys');
    expect(unified).toBe('/host/sys/fs/cgroup');
    expect(findCgroupMounts(V2.replace('/sys/fs', '/system/fs'), '/host/sys').unified).toBe(
      '/system/fs/cgroup',
    );
  });

  it('skips a mount of a part of a tree', () => {
    expect(mountsOf(V2.replace(' / /sys', ' /docker/x /sys')).version).toBeUndefined();
  });

  it('takes the first mount of a tree', () => {
    expect(mountsOf(V2, V2.replace('/sys/fs/cgroup', '/mnt/cgroup')).unified).toBe('/sys/fs/cgroup');
  });

  it('reads spaces in the mount point', () => {
    expect(mountsOf(V2.replace('/sys/fs/cgroup', '/mnt/a\\040b')).unified).toBe('/mnt/a b');
  });
});

describe('parseCgroupMembership', () => {
  it('reads this file of a hybrid host', () => {
    const { unified, controllers } = parseCgroupMembership(
      '9:name=systemd:/\n5:cpu,cpuacct:/docker/a\n4:memory:/docker/b\n0::/docker/c\n',
    );
    expect(unified).toBe('/docker/c');
    expect(Object.fromEntries(controllers)).toEqual({
      'name=systemd': '/',
      cpu: '/docker/a',
      cpuacct: '/docker/a',
      memory: '/docker/b',
    });
  });

  it('reads back any path without a newline', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (tail) => {
        const path = `/${tail.replaceAll('\n', '')}`;
        expect(parseCgroupMembership(`0::${path}\n`).unified).toBe(path);
      }),
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseCgroupMembership(text)));
  });
});
