import type Docker from 'dockerode';
import { isAlive, type ProcessIdentity } from '../processes/process-identity.js';
import { DEMO_LABEL } from './demo-containers.js';

/** The process that started a demo, and ends it. */
export type DemoOwner = ProcessIdentity;

const OWNER = 'toposcope.demo.owner';

/** The label by which a later start tells the demo of a running process from what a killed one left. */
export function ownerLabel({ pid, startTime }: DemoOwner): Record<string, string> {
  return { [OWNER]: `${pid}/${startTime}` };
}

/** The running process whose demo is on this engine; undefined when there is none, or only its remains. */
export async function demoOwner(docker: Docker): Promise<DemoOwner | undefined> {
  const filters = { label: Object.entries(DEMO_LABEL).map(([name, value]) => `${name}=${value}`) };
  const [networks, containers] = await Promise.all([
    docker.listNetworks({ filters }),
    docker.listContainers({ all: true, filters }),
  ]);
  return [...networks, ...containers]
    .map(({ Labels }) => parseOwner((Labels as Record<string, string> | undefined)?.[OWNER] ?? ''))
    .find((owner) => owner !== undefined && isAlive(owner));
}

function parseOwner(text: string): DemoOwner | undefined {
  const [, pid, startTime] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  return pid === undefined || startTime === undefined ? undefined : { pid: Number(pid), startTime };
}
