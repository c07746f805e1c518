import { z } from 'zod';
import { customAction } from './actions/custom.js';
import {
  killAction,
  pauseAction,
  removeAction,
  restartAction,
  startAction,
  stopAction,
  unpauseAction,
} from './actions/lifecycle.js';
import { exportLogsAction, logsAction } from './actions/logs.js';
import {
  cordonAction,
  deletePodAction,
  describeAction,
  resumeAction,
  rolloutRestartAction,
  scaleAction,
  suspendAction,
  uncordonAction,
  workloadLogsAction,
} from './actions/object.js';
import { inspectAction, listAction, topAction } from './actions/observe.js';
import { restartProcessAction, signalProcessAction, startProcessAction } from './actions/process.js';
import { attachAction, execAction, hostShellAction } from './actions/terminal.js';
import type { Tier } from './tiers.js';

const CONTAINER_COMMANDS = [
  startAction,
  stopAction,
  restartAction,
  pauseAction,
  unpauseAction,
  killAction,
  removeAction,
  signalProcessAction,
  restartProcessAction,
  startProcessAction,
  customAction,
] as const;
const OBJECT_COMMANDS = [
  scaleAction,
  rolloutRestartAction,
  suspendAction,
  resumeAction,
  deletePodAction,
  cordonAction,
  uncordonAction,
] as const;
const TERMINALS = [execAction, attachAction, hostShellAction] as const;

/** What a user can ask for, told apart by `action`. A new action is a schema in its family's file and a line here. */
export const actionSchema = z.discriminatedUnion('action', [
  listAction,
  inspectAction,
  topAction,
  logsAction,
  exportLogsAction,
  describeAction,
  workloadLogsAction,
  ...CONTAINER_COMMANDS,
  ...OBJECT_COMMANDS,
  ...TERMINALS,
]);
export type Action = z.infer<typeof actionSchema>;
export type ActionName = Action['action'];

/** Actions on containers that answer once and are asked for by POST. */
export const commandActionSchema = z.discriminatedUnion('action', CONTAINER_COMMANDS);
export type CommandAction = z.infer<typeof commandActionSchema>;

/** Actions on a cluster's objects that are asked for by POST. */
export const objectCommandSchema = z.discriminatedUnion('action', OBJECT_COMMANDS);
export type ObjectCommand = z.infer<typeof objectCommandSchema>;

/** Actions that a WebSocket's first message opens. */
export const terminalActionSchema = z.discriminatedUnion('action', TERMINALS);
export type TerminalAction = z.infer<typeof terminalActionSchema>;

interface ActionTraits {
  /** A custom action's own tier is in the policy file and at least this. */
  readonly tier: Tier;
  readonly target: 'host' | 'container' | 'object';
  /** False when nothing on the host can be different afterwards: all that `--read-only` leaves. */
  readonly changes: boolean;
}

export const ACTIONS = {
  list: { tier: 'view', target: 'host', changes: false },
  inspect: { tier: 'view', target: 'container', changes: false },
  top: { tier: 'view', target: 'container', changes: false },
  logs: { tier: 'view', target: 'container', changes: false },
  'export-logs': { tier: 'view', target: 'container', changes: false },
  start: { tier: 'operate', target: 'container', changes: true },
  stop: { tier: 'operate', target: 'container', changes: true },
  restart: { tier: 'operate', target: 'container', changes: true },
  pause: { tier: 'operate', target: 'container', changes: true },
  unpause: { tier: 'operate', target: 'container', changes: true },
  kill: { tier: 'operate', target: 'container', changes: true },
  'signal-process': { tier: 'operate', target: 'container', changes: true },
  'restart-process': { tier: 'operate', target: 'container', changes: true },
  custom: { tier: 'operate', target: 'container', changes: true },
  remove: { tier: 'admin', target: 'container', changes: true },
  'start-process': { tier: 'admin', target: 'container', changes: true },
  exec: { tier: 'admin', target: 'container', changes: true },
  attach: { tier: 'admin', target: 'container', changes: true },
  'host-shell': { tier: 'admin', target: 'host', changes: true },
  describe: { tier: 'view', target: 'object', changes: false },
  'workload-logs': { tier: 'view', target: 'object', changes: false },
  scale: { tier: 'operate', target: 'object', changes: true },
  'rollout-restart': { tier: 'operate', target: 'object', changes: true },
  suspend: { tier: 'operate', target: 'object', changes: true },
  resume: { tier: 'operate', target: 'object', changes: true },
  'delete-pod': { tier: 'admin', target: 'object', changes: true },
  cordon: { tier: 'admin', target: 'object', changes: true },
  uncordon: { tier: 'admin', target: 'object', changes: true },
} as const satisfies Record<ActionName, ActionTraits>;

export const ACTION_NAMES = Object.keys(ACTIONS) as [ActionName, ...ActionName[]];
export const actionNameSchema = z.enum(ACTION_NAMES);

/** The actions on a cluster's objects, which its own agent does; hosts' agents do the others. */
export type ObjectActionName = ObjectCommand['action'] | 'describe' | 'workload-logs';
export const OBJECT_ACTION_NAMES = ACTION_NAMES.filter(
  (name): name is ObjectActionName => ACTIONS[name].target === 'object',
);
export const HOST_ACTION_NAMES = ACTION_NAMES.filter(
  (name): name is Exclude<ActionName, ObjectActionName> => ACTIONS[name].target !== 'object',
);
