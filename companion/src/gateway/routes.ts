import { z } from 'zod';
import { commandActionSchema, HOST_ACTION_NAMES, type CommandAction } from '../protocol/action.js';
import { customResultSchema } from '../protocol/actions/custom.js';
import { lifecycleResultSchema } from '../protocol/actions/lifecycle.js';
import { inspectResultSchema, listResultSchema, topResultSchema } from '../protocol/actions/observe.js';
import { signalResultSchema, startedProcessSchema } from '../protocol/actions/process.js';
import { clusterOfAgent } from '../protocol/objects.js';
import {
  capabilitiesQuery,
  capabilitiesSchema,
  containerParams,
  hostParams,
  hostsResultSchema,
  type Capabilities,
  type HostsResult,
} from '../protocol/requests.js';
import { customActionsFor } from '../policy/decide.js';
import { ANSWER_WITHIN_MS, type GatewayCore } from './attempts.js';
import { capabilities } from './capabilities.js';
import { json, NO_QUERY, PATH_ONLY, route, type Route } from './route.js';

/** What may be asked of the gateway beside logs and terminals, which have files of their own. */
export function plainRoutes(core: GatewayCore, exportTo: string | null): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/hosts',
      summary: 'The hosts whose agents are connected',
      schemas: { params: NO_QUERY, ...PATH_ONLY },
      answer: json('The hosts, by name', hostsResultSchema),
      async handle({ caller, response }) {
        await core.limits.countUser(caller.user);
        const hosts = core.register
          .list()
          .filter(({ hello }) => clusterOfAgent(hello.host) === undefined)
          .map(({ hello, connectedAt }) => ({
            name: hello.host,
            connectedAt: connectedAt.toISOString(),
            allows: hello.allows,
          }));
        response.json({ hosts } satisfies HostsResult);
      },
    }),
    capabilitiesRoute(core, exportTo),
    route({
      method: 'get',
      path: '/hosts/{host}/containers',
      summary: 'The containers of a host (action list)',
      schemas: { params: hostParams, ...PATH_ONLY },
      answer: json('The containers', listResultSchema),
      async handle({ caller, attempts, params, response }) {
        const asked = { host: params.host, target: '', request: { action: 'list' } } as const;
        response.json(await attempts.value(caller, { ...asked, shape: listResultSchema }));
      },
    }),
    route({
      method: 'get',
      path: '/hosts/{host}/containers/{container}',
      summary: 'A container with its environment masked (action inspect)',
      schemas: { params: containerParams, ...PATH_ONLY },
      answer: json('The container', inspectResultSchema),
      async handle({ caller, attempts, params: { host, container }, response }) {
        const asked = { host, target: container, request: { action: 'inspect' } } as const;
        response.json(await attempts.value(caller, { ...asked, shape: inspectResultSchema }));
      },
    }),
    route({
      method: 'get',
      path: '/hosts/{host}/containers/{container}/processes',
      summary: 'The processes of a container (action top)',
      schemas: { params: containerParams, ...PATH_ONLY },
      answer: json('The processes', topResultSchema),
      async handle({ caller, attempts, params: { host, container }, response }) {
        const asked = { host, target: container, request: { action: 'top' } } as const;
        response.json(await attempts.value(caller, { ...asked, shape: topResultSchema }));
      },
    }),
    route({
      method: 'post',
      path: '/hosts/{host}/containers/{container}/actions',
      summary: 'Does something to a container or to one of its processes',
      schemas: { params: containerParams, query: NO_QUERY, body: commandActionSchema },
      answer: json(
        'What became of it',
        z.union([lifecycleResultSchema, signalResultSchema, startedProcessSchema, customResultSchema]),
      ),
      async handle({ caller, attempts, params: { host, container }, body, response }) {
        const asked = { host, target: container, request: body, shape: RESULT_OF[body.action] };
        const withinMs = ANSWER_WITHIN_MS + graceOf(body);
        response.json(await attempts.value<z.ZodType>(caller, { ...asked, withinMs }));
      },
    }),
  ];
}

const RESULT_OF = {
  start: lifecycleResultSchema,
  stop: lifecycleResultSchema,
  restart: lifecycleResultSchema,
  pause: lifecycleResultSchema,
  unpause: lifecycleResultSchema,
  kill: lifecycleResultSchema,
  remove: lifecycleResultSchema,
  'signal-process': signalResultSchema,
  'restart-process': startedProcessSchema,
  'start-process': startedProcessSchema,
  custom: customResultSchema,
} as const satisfies Record<CommandAction['action'], z.ZodType>;

function graceOf(action: CommandAction): number {
  return 'graceSeconds' in action ? (action.graceSeconds ?? 10) * 1000 : 0;
}

function capabilitiesRoute(core: GatewayCore, exportTo: string | null): Route {
  return route({
    method: 'get',
    path: '/capabilities',
    summary: 'What this user may do now, on a host or on a container: which buttons to show',
    schemas: { params: NO_QUERY, query: capabilitiesQuery, body: PATH_ONLY.body },
    answer: json('What is allowed, and why the rest is not', capabilitiesSchema),
    async handle({ caller, attempts, query: { host, container }, response }) {
      await core.limits.countUser(caller.user);
      const tunnel = core.register.get(host);
      const summary =
        container === undefined ? undefined : await attempts.identify(caller, tunnel, container);
      const question = attempts.question(caller, tunnel, summary);
      const custom = customActionsFor(core.policy.current, core.readOnly, question);
      response.json({
        ...capabilities(caller, host, HOST_ACTION_NAMES, (action) =>
          attempts.decide({ ...question, action, custom: custom[0]?.name }),
        ),
        ...(summary === undefined ? {} : { container: summary.id, state: summary.state }),
        custom: custom.map(({ name, label, icon, confirm }) => ({ name, label, icon, confirm })),
        exportTo,
      } satisfies Capabilities);
    },
  });
}
