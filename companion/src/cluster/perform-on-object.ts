import { valueAnswer, type Answer } from '../agent/handler.js';
import { OBJECT_ACTION_NAMES, type ActionName, type ObjectActionName } from '../protocol/action.js';
import { describeReference, type IdentifiedObject } from '../protocol/objects.js';
import { Problem } from '../protocol/problems.js';
import type { AgentRequest, ObjectSummary, PermitClaims } from '../protocol/tunnel.js';
import { workloadLog } from './logs/workload-log.js';
import type { ClusterObject, Orchestrator } from './orchestrator.js';

type ObjectRequest = Extract<AgentRequest, { action: ObjectActionName | 'identify-object' }>;

/**
 * Does what a permit allows, as far as this agent's own ceiling does. The object is looked up once more here: a gateway
 * that was taken over cannot pass an opt-out, and a permit for one object is not worth another one of the same name.
 */
export async function performOnObject(
  orchestrator: Orchestrator,
  allows: ReadonlySet<ActionName>,
  { request, object: reference }: PermitClaims,
  signal: AbortSignal,
): Promise<Answer> {
  if (!isForObject(request)) {
    throw new Problem('bad-request', 'This is the agent of a cluster, and the action is for one of a host.');
  }
  if (request.action !== 'identify-object' && !allows.has(request.action)) {
    throw new Problem('agent-refused', `This agent runs without --allow=${request.action}.`);
  }
  if (reference === undefined) {
    throw new Problem('bad-request', 'The action needs an object.');
  }
  const object = await orchestrator.find(reference);
  if (request.action === 'identify-object') {
    return valueAnswer(summaryOf(reference, object));
  }
  if (object.optedOut) {
    throw new Problem('opted-out', `The ${describeReference(reference)} has toposcope.actions set to none.`);
  }
  if (object.uid !== reference.uid) {
    throw new Problem(
      'object-unknown',
      `The ${describeReference(reference)} was replaced by another of that name a moment ago; look again.`,
    );
  }
  if (!object.takes.includes(request.action)) {
    throw new Problem('conflict', `The ${describeReference(reference)} takes no ${request.action} as it is.`);
  }
  if (request.action === 'describe') {
    return valueAnswer(await object.describe());
  }
  return request.action === 'workload-logs'
    ? workloadLog(await object.logSources(request), request, signal)
    : valueAnswer(await object.carryOut(request));
}

function isForObject(request: AgentRequest): request is ObjectRequest {
  return ['identify-object', ...OBJECT_ACTION_NAMES].includes(request.action);
}

function summaryOf(reference: IdentifiedObject, object: ClusterObject): ObjectSummary {
  const { uid, labels, optedOut, takes, replicas } = object;
  return { ...reference, uid, labels, optedOut, takes: [...takes], replicas };
}
