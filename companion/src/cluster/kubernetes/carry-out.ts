import type { ObjectCommand } from '../../protocol/action.js';
import type { ObjectResult } from '../../protocol/actions/object.js';
import { describeReference, type ObjectReference } from '../../protocol/objects.js';
import { Problem } from '../../protocol/problems.js';
import type { ApiClient, ApiRequest } from './api-client.js';
import { pathOf } from './kinds.js';
import type { KubernetesObject } from './object-schema.js';

/** The annotation of the pods' template by which kubectl restarts a rollout; another name would restart it as well. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/** Asks the API server to change the object, and only the object of that uid. */
export async function carryOut(
  api: ApiClient,
  reference: ObjectReference,
  object: KubernetesObject,
  command: ObjectCommand,
): Promise<ObjectResult> {
  const { request, done } = changeOf(reference, object, command);
  await api.json(`${command.action} of the ${describeReference(reference)}`, request);
  return { done };
}

interface Change {
  readonly request: ApiRequest;
  readonly done: string;
}

function changeOf(
  reference: ObjectReference,
  { metadata, spec }: KubernetesObject,
  command: ObjectCommand,
): Change {
  const path = pathOf(reference);
  const { name } = reference;
  const { uid } = metadata;
  /** Objects have the uid in the patch for a precondition: one of another uid is left alone (409). */
  const patch = (changed: object): ApiRequest => ({
    method: 'PATCH',
    path,
    contentType: 'application/merge-patch+json',
    body: { metadata: { uid }, spec: changed },
  });
  switch (command.action) {
    case 'scale':
      return {
        request: { ...patch({ replicas: command.replicas }), path: `${path}/scale` },
        done: `${name} is scaled from ${spec.replicas ?? 1} to ${command.replicas}.`,
      };
    case 'rollout-restart':
      refuseWithoutRollout(reference, spec);
      return {
        request: patch({
          template: { metadata: { annotations: { [RESTARTED_AT]: new Date().toISOString() } } },
        }),
        done: `The pods of ${name} are being replaced.`,
      };
    case 'suspend':
      return { request: patch({ suspend: true }), done: `${name} starts no more jobs.` };
    case 'resume':
      return { request: patch({ suspend: false }), done: `${name} starts jobs again.` };
    case 'cordon':
      return { request: patch({ unschedulable: true }), done: `${name} takes no more pods.` };
    case 'uncordon':
      return { request: patch({ unschedulable: false }), done: `${name} takes pods again.` };
    case 'delete-pod':
      return {
        request: {
          method: 'DELETE',
          path,
          body: {
            apiVersion: 'v1',
            kind: 'DeleteOptions',
            preconditions: { uid },
            ...(command.graceSeconds === undefined ? {} : { gracePeriodSeconds: command.graceSeconds }),
          },
        },
        done: `${name} is being deleted.`,
      };
  }
}

function refuseWithoutRollout(reference: ObjectReference, spec: KubernetesObject['spec']): void {
  if (spec.paused === true) {
    throw new Problem(
      'conflict',
      `The rollout of the ${describeReference(reference)} is paused; resume it first.`,
    );
  }
  if (spec.updateStrategy?.type === 'OnDelete') {
    throw new Problem(
      'conflict',
      `The ${describeReference(reference)} replaces pods only when they are deleted (OnDelete); delete its pods.`,
    );
  }
}
