import { maskCommand, maskEnvironment } from '../../audit/mask.js';
import type { ContainerSummary, InspectResult } from '../../protocol/actions/observe.js';
import { valueAnswer, type Answer, type Target } from '../handler.js';

/** Who the container is: what the policy needs to know. */
export function identify(target: Target): Answer {
  return valueAnswer(summaryOf(target));
}

/** What the runtime knows of the container, its secrets left out. */
export function inspect(target: Target): Answer {
  const { Config, State, HostConfig, NetworkSettings, Mounts, Created, RestartCount } = target.facts;
  const command = [target.facts.Path, ...target.facts.Args];
  return valueAnswer({
    ...summaryOf(target),
    command: maskCommand(command),
    environment: maskEnvironment(Config.Env),
    tty: Config.Tty,
    pid: State.Pid,
    createdAt: Created,
    startedAt: State.StartedAt.startsWith('0001-') ? null : State.StartedAt,
    exitCode: State.Running ? null : State.ExitCode,
    restarts: RestartCount,
    health: State.Health?.Status ?? null,
    restartPolicy: HostConfig.RestartPolicy?.Name ?? '',
    networks: Object.entries(NetworkSettings.Networks).map(([name, { IPAddress }]) => ({
      name,
      ip: IPAddress,
    })),
    mounts: Mounts.map(({ Source, Destination, RW }) => ({
      source: Source,
      destination: Destination,
      writable: RW,
    })),
  } satisfies InspectResult);
}

function summaryOf({ facts }: Target): ContainerSummary {
  return {
    id: facts.Id,
    name: facts.Name.replace(/^\//, ''),
    image: facts.Config.Image,
    state: facts.State.Status,
    labels: facts.Config.Labels,
  };
}
