import { setTimeout } from 'node:timers/promises';
import { maskCommand } from '../../audit/mask.js';
import type { ProcessEntry } from '../../protocol/actions/observe.js';
import { ContainerProcesses } from '../container-processes.js';
import { valueAnswer, type Answer, type Host, type Target } from '../handler.js';
import { TICKS_PER_SECOND } from '../procfs.js';

/** How long processor time is watched; a tick is 10 ms, so less would be a guess. */
const WATCH_MS = 250;

/** The container's processes, with the processor time of a short moment. */
export async function top({ procfs }: Host, { facts }: Target): Promise<Answer> {
  const processes = new ContainerProcesses(procfs, facts.Id, facts.State.Pid);
  const before = new Map(processes.list().map((process) => [process.pid, process]));
  const startedAt = performance.now();
  await setTimeout(WATCH_MS);
  const seconds = (performance.now() - startedAt) / 1000;
  const uptime = procfs.uptimeSeconds();
  const entries = processes.list().map((process): ProcessEntry => {
    const { pid, startTicks, cpuSeconds } = process;
    const earlier = before.get(pid);
    const used = earlier?.startTicks === startTicks ? cpuSeconds - earlier.cpuSeconds : cpuSeconds;
    return {
      pid,
      startTicks,
      containerPid: process.containerPid,
      parentPid: process.parentPid,
      name: process.name,
      state: process.state,
      commandLine: shortened(maskCommand(procfs.commandLine(pid))),
      runSeconds: Math.max(0, uptime - startTicks / TICKS_PER_SECOND),
      cpuSeconds,
      cpuCores: used / seconds,
      residentBytes: process.residentBytes,
    };
  });
  return valueAnswer({ processes: entries });
}

/** A command line may be two megabytes; as much is shown as anybody reads. */
const SHOWN_CHARACTERS = 4096;

function shortened(words: readonly string[]): string[] {
  const shown: string[] = [];
  let room = SHOWN_CHARACTERS;
  for (const word of words) {
    if (word.length > room) {
      shown.push(`${word.slice(0, room)}…`);
      break;
    }
    shown.push(word);
    room -= word.length;
  }
  return shown;
}
