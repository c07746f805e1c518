import { z } from 'zod';
import { OBJECT_ACTION_NAMES, objectCommandSchema, type ActionName } from '../protocol/action.js';
import {
  describeResultSchema,
  objectResultSchema,
  workloadLogLineSchema,
} from '../protocol/actions/object.js';
import { clusterAgentName, clusterOfAgent, describeReference, objectParams } from '../protocol/objects.js';
import { Problem } from '../protocol/problems.js';
import {
  capabilitiesSchema,
  clustersResultSchema,
  workloadLogsQuery,
  type Capabilities,
  type ClustersResult,
} from '../protocol/requests.js';
import type { Decision } from '../policy/decide.js';
import type { GatewayCore } from './attempts.js';
import { capabilities } from './capabilities.js';
import { answerLog } from './log-routes.js';
import { json, NO_QUERY, PATH_ONLY, route, type Route } from './route.js';

const OBJECT_PATH = '/clusters/{cluster}/objects/{kind}/{namespace}/{name}';

/** What may be asked of clusters. `-` is the namespace of what has none, and the cluster where only one is connected. */
export function objectRoutes(core: GatewayCore): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/clusters',
      summary: 'The clusters whose agents are connected',
      schemas: { params: NO_QUERY, ...PATH_ONLY },
      answer: json('The clusters, by name', clustersResultSchema),
      async handle({ caller, response }) {
        await core.limits.countUser(caller.user);
        const clusters = core.register.list().flatMap(({ hello, connectedAt }) => {
          const name = clusterOfAgent(hello.host);
          return name === undefined
            ? []
            : [{ name, connectedAt: connectedAt.toISOString(), allows: hello.allows }];
        });
        response.json({ clusters } satisfies ClustersResult);
      },
    }),
    route({
      method: 'get',
      path: OBJECT_PATH,
      summary: "An object's description, secrets masked, and its latest events (action describe)",
      schemas: { params: objectParams, ...PATH_ONLY },
      answer: json('The object', describeResultSchema),
      async handle({ caller, attempts, params: { cluster, ...object }, response }) {
        const asked = {
          target: object,
          request: { action: 'describe' },
          shape: describeResultSchema,
        } as const;
        response.json(await attempts.value(caller, { host: agentOf(core, cluster), ...asked }));
      },
    }),
    route({
      method: 'get',
      path: `${OBJECT_PATH}/logs`,
      summary: "The logs of all containers of a pod, or of a Swarm service's tasks (action workload-logs)",
      schemas: { params: objectParams, query: workloadLogsQuery, body: PATH_ONLY.body },
      answer: {
        description: 'The lines, gzipped where the client takes that',
        content: { 'application/x-ndjson': workloadLogLineSchema, 'text/plain': z.string() },
      },
      async handle({ caller, attempts, params: { cluster, ...object }, query, request, response }) {
        const { download = false, ...selection } = query;
        const action = { action: 'workload-logs', ...selection } as const;
        await core.limits.whileReading(caller.user, async () => {
          const started = await attempts.start(caller, agentOf(core, cluster), object, action);
          await answerLog(started, { format: query.format, download }, request, response);
        });
      },
    }),
    route({
      method: 'post',
      path: `${OBJECT_PATH}/actions`,
      summary: 'Does something to an object of a cluster',
      schemas: { params: objectParams, query: NO_QUERY, body: objectCommandSchema },
      answer: json('What the cluster took', objectResultSchema),
      async handle({ caller, attempts, params: { cluster, ...object }, body, response }) {
        const asked = { target: object, request: body, shape: objectResultSchema };
        response.json(await attempts.value(caller, { host: agentOf(core, cluster), ...asked }));
      },
    }),
    objectCapabilitiesRoute(core),
  ];
}

/** Throws `cluster-unknown` where no cluster is named and there is not just one. */
function agentOf({ register }: GatewayCore, cluster: string): string {
  if (cluster !== '') {
    return clusterAgentName(cluster);
  }
  const agents = register.list().filter(({ hello }) => clusterOfAgent(hello.host) !== undefined);
  const [only] = agents;
  if (only === undefined || agents.length > 1) {
    throw new Problem(
      'cluster-unknown',
      only === undefined
        ? 'No agent of a cluster is connected to this gateway.'
        : `${agents.length} clusters are connected, and the metrics do not say which one this is: give them a cluster label.`,
    );
  }
  return only.hello.host;
}

function objectCapabilitiesRoute(core: GatewayCore): Route {
  return route({
    method: 'get',
    path: `${OBJECT_PATH}/capabilities`,
    summary: 'What this user may do now to an object of a cluster: which buttons to show',
    schemas: { params: objectParams, ...PATH_ONLY },
    answer: json('What is allowed, and why the rest is not', capabilitiesSchema),
    async handle({ caller, attempts, params: { cluster, ...reference }, response }) {
      await core.limits.countUser(caller.user);
      const tunnel = core.register.get(agentOf(core, cluster));
      const summary = await attempts.identifyObject(caller, tunnel, reference);
      const question = attempts.question(caller, tunnel, undefined, summary);
      const decide = (action: ActionName): Decision => {
        const decision = attempts.decide({ ...question, action });
        return decision.allowed && !summary.takes.includes(action)
          ? {
              ...{ allowed: false, code: 'conflict' },
              reason: `The ${describeReference(reference)} takes no ${action} as it is.`,
            }
          : decision;
      };
      response.json({
        ...capabilities(caller, tunnel.hello.host, OBJECT_ACTION_NAMES, decide),
        object: { ...reference, replicas: summary.replicas },
        custom: [],
        exportTo: null,
      } satisfies Capabilities);
    },
  });
}
