import { stringify } from 'yaml';
import { TerminalLines } from '../../agent/logs/lines.js';
import { ACTIONS_LABEL, optedOut } from '../../policy/decide.js';
import type { DescribeResult, WorkloadLogsAction } from '../../protocol/actions/object.js';
import { describeReference, type ObjectReference } from '../../protocol/objects.js';
import { Problem } from '../../protocol/problems.js';
import { linesOf, type LogSource } from '../logs/log-source.js';
import { maskObject } from '../mask-object.js';
import type { ClusterObject, Orchestrator } from '../orchestrator.js';
import type { ApiClient } from './api-client.js';
import { carryOut } from './carry-out.js';
import { kindOf, pathOf } from './kinds.js';
import { eventListSchema, kubernetesObjectSchema, type KubernetesObject } from './object-schema.js';

const MOST_EVENTS = 50;

/** A Kubernetes cluster, by its API server and with no more rights than the agent's service account has. */
export function kubernetes(api: ApiClient): Orchestrator {
  return {
    async find(reference) {
      const what = `Looking at the ${describeReference(reference)}`;
      const document = await api.json(what, { method: 'GET', path: pathOf(reference) });
      const parsed = kubernetesObjectSchema.safeParse(document);
      if (!parsed.success || !isThat(parsed.data, reference)) {
        throw new Problem('cluster-failed', `${what}: the API server answered something else.`, {
          cause: parsed.error,
        });
      }
      return clusterObject(api, reference, parsed.data, document);
    },
  };
}

function isThat({ kind, metadata }: KubernetesObject, reference: ObjectReference): boolean {
  return (
    kind === kindOf(reference.kind).kind &&
    metadata.name === reference.name &&
    metadata.namespace === reference.namespace
  );
}

function clusterObject(
  api: ApiClient,
  reference: ObjectReference,
  object: KubernetesObject,
  document: unknown,
): ClusterObject {
  const { metadata, spec } = object;
  return {
    uid: metadata.uid,
    labels: metadata.labels,
    optedOut: marks(object).some(optedOut),
    takes: ['describe', ...kindOf(reference.kind).takes(object)],
    replicas: spec.replicas ?? null,
    describe: () => describe(api, reference, metadata.uid, document),
    logSources: (request) => Promise.resolve(logSources(api, reference, object, request)),
    carryOut: (command) => carryOut(api, reference, object, command),
  };
}

/** Where `toposcope.actions` may be set: on the object or on the pods that it makes, as a label or an annotation. */
function marks({ metadata, spec }: KubernetesObject): Record<string, string>[] {
  return [metadata, spec.template?.metadata, spec.jobTemplate?.spec.template?.metadata].flatMap((each) =>
    [each?.labels, each?.annotations].filter((map) => map !== undefined && ACTIONS_LABEL in map),
  ) as Record<string, string>[];
}

async function describe(
  api: ApiClient,
  reference: ObjectReference,
  uid: string,
  document: unknown,
): Promise<DescribeResult> {
  return {
    text: stringify(maskObject(document), { lineWidth: 0, aliasDuplicateObjects: false }),
    events: await eventsOf(api, reference, uid),
  };
}

/** Null where the service account may not see events: a description without them is better than none. */
async function eventsOf(
  api: ApiClient,
  reference: ObjectReference,
  uid: string,
): Promise<DescribeResult['events']> {
  const { kind, name } = reference;
  // A kubelet writes its node's events with the node's name for an id, and into the namespace `default`.
  const namespace = reference.namespace === '' ? 'default' : reference.namespace;
  const by = kind === 'node' ? `involvedObject.name=${name}` : `involvedObject.uid=${uid}`;
  try {
    const list = await api.json('Looking at its events', {
      method: 'GET',
      path: `/api/v1/namespaces/${namespace}/events`,
      query: { fieldSelector: `involvedObject.kind=${kindOf(kind).kind},${by}`, limit: '500' },
    });
    return eventListSchema
      .parse(list)
      .items.map(({ type, reason, message, count, series, lastTimestamp, eventTime }) => ({
        time: series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? '',
        type,
        reason,
        message,
        count: series?.count ?? count ?? 1,
      }))
      .sort((one, other) => (one.time < other.time ? 1 : -1))
      .slice(0, MOST_EVENTS);
  } catch (error) {
    if (error instanceof Problem && error.code === 'cluster-refused') {
      return null;
    }
    throw error;
  }
}

function logSources(
  api: ApiClient,
  reference: ObjectReference,
  { spec }: KubernetesObject,
  request: WorkloadLogsAction,
): LogSource[] {
  const all = [...spec.initContainers, ...spec.containers, ...spec.ephemeralContainers].map(
    ({ name }) => name,
  );
  const wanted = request.source === undefined ? all : all.filter((name) => name === request.source);
  if (wanted.length === 0) {
    throw new Problem('object-unknown', `The pod has the containers ${all.join(', ')}, and no other.`);
  }
  return wanted.map((name) => ({
    name,
    async open(signal) {
      const stream = await api.stream(
        `The log of ${name}`,
        { method: 'GET', path: `${pathOf(reference)}/log`, query: logQuery(name, request) },
        signal,
      );
      return linesOf(stream, new TerminalLines(Infinity));
    },
  }));
}

function logQuery(
  container: string,
  { since, tail, follow, previous }: WorkloadLogsAction,
): Readonly<Record<string, string>> {
  return {
    container,
    timestamps: 'true',
    ...(follow === true ? { follow: 'true' } : {}),
    ...(previous === true ? { previous: 'true' } : {}),
    ...(since === undefined ? {} : { sinceTime: timeOf(since).toISOString() }),
    ...(tail === undefined ? {} : { tailLines: String(tail) }),
  };
}

/** Of RFC 3339 or Unix seconds. */
function timeOf(text: string): Date {
  return /^[\d.]+$/.test(text) ? new Date(Number(text) * 1000) : new Date(text);
}
