import { OBJECT_ACTION_NAMES, type ActionName, type ObjectActionName } from '../protocol/action.js';
import { optedOut } from '../policy/decide.js';
import { Problem } from '../protocol/problems.js';
import type { AgentRequest, PermitClaims } from '../protocol/tunnel.js';
import { attach } from './actions/attach.js';
import { exec } from './actions/exec.js';
import { hostShell } from './actions/host-shell.js';
import { identify, inspect } from './actions/inspect.js';
import { changeState } from './actions/lifecycle.js';
import { list } from './actions/list.js';
import { logs } from './actions/logs.js';
import { restartProcess, signalProcess, startProcess } from './actions/process.js';
import { runCustom } from './actions/run-custom.js';
import { top } from './actions/top.js';
import { engineCall } from './engine.js';
import type { Answer, Host, Target } from './handler.js';

/**
 * Does what a permit allows, as far as this host's own ceiling does. The container's opt-out is looked at once more
 * here, so that a gateway that was taken over cannot pass it.
 */
export async function perform(
  host: Host,
  allows: ReadonlySet<ActionName>,
  { request, container }: PermitClaims,
  signal: AbortSignal,
): Promise<Answer> {
  const name = request.action === 'run-custom' ? 'custom' : request.action;
  if (name !== 'identify' && name !== 'identify-object' && !allows.has(name)) {
    throw new Problem('agent-refused', `This agent runs without --allow=${name}.`);
  }
  if (isForCluster(request)) {
    throw new Problem('bad-request', 'This is the agent of a host, and the action is for one of a cluster.');
  }
  if (request.action === 'list') {
    return list(host);
  }
  if (request.action === 'host-shell') {
    return hostShell(host, request);
  }
  const target = await findTarget(host, container);
  if (request.action !== 'identify' && optedOut(target.facts.Config.Labels)) {
    throw new Problem('opted-out', 'The container has the label toposcope.actions=none.');
  }
  return performOn(host, target, request, signal);
}

async function findTarget({ engine }: Host, id: string): Promise<Target> {
  if (id === '') {
    throw new Problem('bad-request', 'The action needs a container.');
  }
  const container = engine.getContainer(id);
  const facts = await engineCall('Looking at the container', container.inspect());
  // The runtime also takes names, and a container may be named as another one's id begins.
  if (!facts.Id.startsWith(id)) {
    throw new Problem('container-unknown', 'The host has no container of that id.');
  }
  return { container: engine.getContainer(facts.Id), facts };
}

type ClusterRequest = Extract<AgentRequest, { action: ObjectActionName | 'identify-object' }>;
type ContainerRequest = Exclude<AgentRequest, ClusterRequest | { action: 'list' | 'host-shell' }>;

function isForCluster(request: AgentRequest): request is ClusterRequest {
  return ['identify-object', ...OBJECT_ACTION_NAMES].includes(request.action);
}

function performOn(
  host: Host,
  target: Target,
  request: ContainerRequest,
  signal: AbortSignal,
): Answer | Promise<Answer> {
  switch (request.action) {
    case 'identify':
      return identify(target);
    case 'inspect':
      return inspect(target);
    case 'top':
      return top(host, target);
    case 'logs':
    case 'export-logs':
      return logs(host, target, request, signal);
    case 'start':
    case 'stop':
    case 'restart':
    case 'pause':
    case 'unpause':
    case 'kill':
    case 'remove':
      return changeState(target, request);
    case 'signal-process':
      return signalProcess(host, target, request);
    case 'restart-process':
      return restartProcess(host, target, request);
    case 'start-process':
      return startProcess(target, request);
    case 'exec':
      return exec(host, target, request);
    case 'attach':
      return attach(target, request);
    case 'run-custom':
      return runCustom(host, target, request.command);
    case 'custom':
      throw new Problem('bad-request', 'A custom action comes with its command, which the gateway adds.');
  }
}
