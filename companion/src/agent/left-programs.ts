import type { Logger } from 'pino';
import type { ProcessFacts, Procfs } from './procfs.js';
import { endGroup } from './signals.js';

const NAME = 'TOPOSCOPE_TERMINAL';

/**
 * A variable for the environment of what a terminal opens. It says which agent did, by pid namespace, pid and start
 * time: the runtime lets such a program run on when its agent is killed, and the next agent knows it by this. Empty
 * where `/proc` does not show the agent itself.
 */
export function markOf(procfs: Procfs, pid = process.pid): string[] {
  const agent = procfs.process(pid);
  return agent === undefined ? [] : [`${NAME}=${procfs.pidNamespace(pid)}${pid}:${agent.startTicks}`];
}

/** What is started again in the place of what a terminal had started is no terminal's. */
export function withoutMark(environment: readonly string[]): string[] {
  return environment.filter((variable) => !variable.startsWith(`${NAME}=`));
}

/** Ends what was opened in terminals by agents of this pid namespace that are no more. Resolves when that is done. */
export async function endLeftPrograms(procfs: Procfs, log: Pick<Logger, 'info'>): Promise<void> {
  await Promise.all(
    leftPrograms(procfs).map(async ({ pid, name, startTicks }) => {
      log.info({ pid, name }, 'ending what a terminal of an agent that was killed has left');
      await endGroup(pid, () => procfs.process(pid)?.startTicks === startTicks);
    }),
  );
}

/** What a terminal opened, without what was started in it: that may be a service which was meant to stay. */
export function leftPrograms(procfs: Procfs, self = process.pid): ProcessFacts[] {
  const here = procfs.pidNamespace(self);
  return procfs.pids().flatMap((pid) => {
    const mark = markIn(procfs, pid);
    const program = mark?.namespace === here && !runs(procfs, mark) ? procfs.process(pid) : undefined;
    return program === undefined || isChildInContainer(procfs, program) ? [] : [program];
  });
}

interface Mark {
  readonly namespace: string;
  readonly pid: number;
  readonly startTicks: number;
}

function markIn(procfs: Procfs, pid: number): Mark | undefined {
  const variable = environmentOf(procfs, pid).find((each) => each.startsWith(`${NAME}=`));
  const [, namespace = '', agent, startTicks] =
    /^[^=]+=(pid:\[\d+\])(\d{1,10}):(\d{1,15})$/.exec(variable ?? '') ?? [];
  return namespace === '' ? undefined : { namespace, pid: Number(agent), startTicks: Number(startTicks) };
}

/** An agent without root may not read that of other users. */
function environmentOf(procfs: Procfs, pid: number): string[] {
  try {
    return procfs.environment(pid);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') {
      return [];
    }
    throw error;
  }
}

function runs(procfs: Procfs, { pid, startTicks }: Mark): boolean {
  return procfs.process(pid)?.startTicks === startTicks;
}

/** What the runtime starts in a container is the child of a process outside of it. */
function isChildInContainer(procfs: Procfs, { pid, parentPid }: ProcessFacts): boolean {
  const [own, parents] = [procfs.cgroups(pid), procfs.cgroups(parentPid)];
  return own.join('\n') === parents.join('\n');
}
