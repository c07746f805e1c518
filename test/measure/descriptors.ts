import { readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/** What a process has open. */
export interface Descriptors {
  /** Files that the exporter keeps of living processes: as many as there are on the host. */
  readonly ofProcesses: number;
  /** All others, also the files of processes that have ended: those are said to be deleted. */
  readonly others: number;
}

export function descriptorsOf(pid: number): Descriptors {
  const folder = `/proc/${pid}/fd`;
  const names = readdirSync(folder);
  const ofProcesses = names.filter((name) => OF_LIVING.test(targetOf(path.join(folder, name)))).length;
  return { ofProcesses, others: names.length - ofProcesses };
}

/** Of a process file system that is mounted elsewhere, the path is the one in it. */
const OF_LIVING = /^(?:\/proc)?\/\d+\/(?:stat|fd)$/;

/** Empty when it was closed meanwhile. */
function targetOf(descriptor: string): string {
  try {
    return readlinkSync(descriptor);
  } catch {
    return '';
  }
}
