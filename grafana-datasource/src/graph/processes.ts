import { eachRow } from './indexes';
import { compareText } from './order';
import type { Steps } from './steps';
import type { Vectors } from './vectors';

/** A process as the exporter tells it. */
export interface Process {
  readonly host: string;
  readonly container: string;
  readonly pid: string;
  readonly ppid: string;
  readonly name: string;
  readonly user: string;
  readonly state: string;
  readonly command: string;
}

/** All processes, by `groupKey`: those that share a name in one container, by pid. */
export function* readProcesses(vectors: Vectors): Steps<ReadonlyMap<string, readonly Process[]>> {
  const processes = new Map<string, Process>();
  yield* eachRow(vectors.processInfo, (read) => {
    const process: Process = {
      host: read('host'),
      container: read('container_id'),
      pid: read('pid'),
      ppid: read('ppid'),
      name: read('name'),
      user: read('user'),
      state: read('state'),
      command: read('command'),
    };
    const key = `${process.host}/${process.pid}`;
    const known = processes.get(key);
    // A pid's state letter changes all the time, and a pid is used again: any one of its series will do.
    if (
      process.host !== '' &&
      /^\d+$/.test(process.pid) &&
      (known === undefined || compareText(JSON.stringify(process), JSON.stringify(known)) > 0)
    ) {
      processes.set(key, process);
    }
  });
  const groups = new Map<string, Process[]>();
  for (const process of processes.values()) {
    const key = groupKey(process.host, process.container, process.name);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [process]);
    } else {
      group.push(process);
    }
  }
  for (const group of groups.values()) {
    group.sort((a, b) => Number(a.pid) - Number(b.pid));
  }
  return groups;
}

/** Names a process of a container, or of the host outside containers where the id is empty. */
export function groupKey(host: string, container: string, name: string): string {
  return `${host}/${container}/${name}`;
}
