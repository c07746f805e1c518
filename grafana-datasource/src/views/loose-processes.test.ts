import { describe, expect, it } from 'vitest';
import type { Process } from '../graph/processes';
import { foldLoose } from './loose-processes';

describe('processes without connections', () => {
  it('stay one by one where their names are in few containers', () => {
    const groups = ['c1', 'c2', 'c3', ''].map((container, index) => [processOf(container, 'sleep', index)]);
    expect(shapeOf(groups)).toEqual([
      ['', 'sleep', ['3']],
      ['c1', 'sleep', ['0']],
      ['c2', 'sleep', ['1']],
      ['c3', 'sleep', ['2']],
    ]);
  });

  it('are one where a name is in many containers of a host; outside containers and other hosts stay apart', () => {
    const here = ['c1', 'c2', 'c3', 'c4', ''].map((container, index) => [
      processOf(container, 'sleep', index),
    ]);
    const there = [[processOf('c9', 'sleep', 7, 'other')], [processOf('c1', 'bash', 8)]];
    expect(shapeOf([...here, ...there])).toEqual([
      ['', 'sleep', ['4']],
      ['c1', 'bash', ['8']],
      ['c9', 'sleep', ['7']],
      ['several', 'sleep', ['0', '1', '2', '3']],
    ]);
  });

  it('are one where they share a name in one container', () => {
    expect(shapeOf([[processOf('c1', 'nginx', 1), processOf('c1', 'nginx', 2)]])).toEqual([
      ['c1', 'nginx', ['1', '2']],
    ]);
  });
});

function shapeOf(groups: readonly (readonly Process[])[]): readonly unknown[] {
  return foldLoose(groups)
    .map(({ container = 'several', name, members }) => [container, name, members.map(({ pid }) => pid)])
    .sort((a, b) => String(a).localeCompare(String(b)));
}

function processOf(container: string, name: string, pid: number, host = 'web-1'): Process {
  return { host, container, pid: String(pid), ppid: '1', name, user: 'root', state: 'S', command: name };
}
