import type Docker from 'dockerode';
import { stringify } from 'yaml';
import { unixSeconds } from '../../agent/actions/logs.js';
import { engineCall, openLog } from '../../agent/engine.js';
import { TerminalLines } from '../../agent/logs/lines.js';
import { frameLines } from '../../agent/logs/log-stream.js';
import { optedOut } from '../../policy/decide.js';
import type { ObjectActionName, ObjectCommand } from '../../protocol/action.js';
import type { DescribeResult, ObjectResult, WorkloadLogsAction } from '../../protocol/actions/object.js';
import type { ObjectReference } from '../../protocol/objects.js';
import { Problem, type ProblemCode } from '../../protocol/problems.js';
import { linesOf, type LogSource } from '../logs/log-source.js';
import { maskObject } from '../mask-object.js';
import type { ClusterObject, Orchestrator } from '../orchestrator.js';
import { serviceSchema, tasksSchema, type SwarmService, type SwarmTask } from './service-schema.js';

const STACK_LABEL = 'com.docker.stack.namespace';
/** Tasks that ended long ago have logs too, but a reader of all of them would only wait. */
const MOST_TASKS = 64;
const MOST_EVENTS = 50;

/** A Swarm, by the engine of one of its managers. It has services; its nodes and tasks are the hosts' business. */
export function swarm(engine: Docker): Orchestrator {
  return {
    async find(reference) {
      if (reference.kind !== 'service') {
        throw new Problem('object-unknown', `A Swarm has services, and no ${reference.kind} to act on.`);
      }
      const document: unknown = await swarmCall(
        'Looking at the service',
        engine.getService(reference.name).inspect(),
      );
      const service = serviceSchema.parse(document);
      // The engine also takes ids and their beginnings, and a service may be named as another one's id begins.
      if (service.Spec.Name !== reference.name || stackOf(service) !== reference.namespace) {
        throw new Problem('object-unknown', 'The Swarm has no service of that name in that stack.');
      }
      return clusterObject(engine, reference, service, document);
    },
  };
}

function clusterObject(
  engine: Docker,
  reference: ObjectReference,
  service: SwarmService,
  document: unknown,
): ClusterObject {
  const { ID, Spec } = service;
  return {
    uid: ID,
    labels: Spec.Labels,
    optedOut: optedOut(Spec.Labels) || optedOut(Spec.TaskTemplate.ContainerSpec?.Labels ?? {}),
    takes: takenBy(service),
    replicas: Spec.Mode.Replicated?.Replicas ?? null,
    describe: () => describe(engine, service, document),
    logSources: (request) => logSources(engine, service, request),
    carryOut: (command) => carryOut(engine, reference, service, command),
  };
}

function stackOf({ Spec }: SwarmService): string {
  return Spec.Labels[STACK_LABEL] ?? '';
}

function takenBy({ Spec: { Mode } }: SwarmService): readonly ObjectActionName[] {
  const looks = ['describe', 'workload-logs'] as const;
  if (Mode.Replicated !== undefined) {
    return [...looks, 'scale', 'rollout-restart'];
  }
  return 'Global' in Mode ? [...looks, 'rollout-restart'] : looks;
}

async function carryOut(
  engine: Docker,
  { name }: ObjectReference,
  { ID, Version, Spec }: SwarmService,
  command: ObjectCommand,
): Promise<ObjectResult> {
  const { spec, done } = changeOf(name, Spec, command);
  await swarmCall(
    `${command.action} of the service ${name}`,
    // Apart, because dockerode would otherwise put the whole specification into the URL as well.
    engine.getService(ID).update({
      _query: { version: Version.Index, registryAuthFrom: 'spec' },
      _body: spec,
    }),
  );
  return { done };
}

function changeOf(
  name: string,
  spec: SwarmService['Spec'],
  command: ObjectCommand,
): { readonly spec: SwarmService['Spec']; readonly done: string } {
  const { Mode, TaskTemplate } = spec;
  if (command.action === 'scale') {
    const Replicated = { ...Mode.Replicated, Replicas: command.replicas };
    return {
      spec: { ...spec, Mode: { ...Mode, Replicated } },
      done: `${name} is scaled from ${Mode.Replicated?.Replicas ?? 1} to ${command.replicas}.`,
    };
  }
  if (command.action === 'rollout-restart') {
    return {
      spec: { ...spec, TaskTemplate: { ...TaskTemplate, ForceUpdate: TaskTemplate.ForceUpdate + 1 } },
      done: `The tasks of ${name} are being replaced.`,
    };
  }
  throw new Problem('conflict', `A Swarm's service takes no ${command.action}.`);
}

async function describe(engine: Docker, service: SwarmService, document: unknown): Promise<DescribeResult> {
  const tasks = await tasksOf(engine, service);
  const told = tasks.map((task) => {
    const { Timestamp: time, State, Message, Err } = task.Status;
    const type = Err === '' ? 'Normal' : 'Warning';
    const message = `${taskName(service, task)}: ${Err === '' ? Message : Err}`;
    return { time, type, reason: State, message, count: 1 };
  });
  return {
    text: stringify(maskObject(document), { lineWidth: 0, aliasDuplicateObjects: false }),
    events: told.sort((one, other) => (one.time < other.time ? 1 : -1)).slice(0, MOST_EVENTS),
  };
}

/** The newest first. */
async function tasksOf(engine: Docker, { ID }: SwarmService): Promise<readonly SwarmTask[]> {
  const list: unknown = await swarmCall(
    'Looking at the tasks',
    engine.listTasks({ filters: JSON.stringify({ service: [ID] }) }),
  );
  return tasksSchema.parse(list).sort((one, other) => (one.CreatedAt < other.CreatedAt ? 1 : -1));
}

function taskName({ Spec: { Name } }: SwarmService, { Slot, NodeID }: SwarmTask): string {
  return `${Name}.${Slot ?? NodeID}`;
}

async function logSources(
  engine: Docker,
  service: SwarmService,
  request: WorkloadLogsAction,
): Promise<LogSource[]> {
  const { source, previous = false } = request;
  const tasks = (await tasksOf(engine, service)).filter(
    (task) =>
      (source === undefined || taskName(service, task) === source) &&
      (task.DesiredState === 'running') !== previous &&
      // One that waits for its node or image has written nothing, and the engine would wait with it.
      ['running', 'complete', 'failed', 'shutdown'].includes(task.Status.State),
  );
  if (tasks.length === 0) {
    const whose = source ?? service.Spec.Name;
    throw new Problem(
      'conflict',
      `There is no log: ${whose} has no ${previous ? 'earlier' : 'running'} task.`,
    );
  }
  const tty = service.Spec.TaskTemplate.ContainerSpec?.TTY === true;
  return tasks.slice(0, MOST_TASKS).map((task) => ({
    name: taskName(service, task),
    async open(signal) {
      const stream = await swarmCall(
        `The log of ${taskName(service, task)}`,
        openLog(engine, `tasks/${task.ID}`, logOptions(request), signal),
      );
      return linesOf(stream, tty ? new TerminalLines() : frameLines());
    },
  }));
}

function logOptions({ since, tail, follow }: WorkloadLogsAction): Record<string, string | number | boolean> {
  return {
    stdout: true,
    stderr: true,
    timestamps: true,
    follow: follow === true,
    ...(since === undefined ? {} : { since: unixSeconds(since) }),
    ...(tail === undefined ? {} : { tail }),
  };
}

const CODES: Partial<Record<ProblemCode, ProblemCode>> = {
  'container-unknown': 'object-unknown',
  'engine-failed': 'cluster-failed',
};

/** Awaits a call of the engine's and says its errors as those of a Swarm. */
async function swarmCall<T>(what: string, call: Promise<T>): Promise<T> {
  try {
    return await engineCall(what, call);
  } catch (error) {
    if (!(error instanceof Problem)) {
      throw error;
    }
    // Somebody changed the service between looking and acting; the engine calls that a server error.
    const code = error.message.includes('update out of sequence') ? 'conflict' : CODES[error.code];
    throw new Problem(code ?? error.code, error.message, { cause: error.cause });
  }
}
