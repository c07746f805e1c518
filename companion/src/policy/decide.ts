import { ACTIONS, type ActionName } from '../protocol/action.js';
import type { ProblemCode } from '../protocol/problems.js';
import { clusterOfAgent, describeReference, type ObjectReference } from '../protocol/objects.js';
import { ROLE_OF_TIER, roleCovers, tierCovers, type Role, type Tier } from '../protocol/tiers.js';
import type { Matcher } from './glob.js';
import {
  DEFAULT_RULE,
  type ContainerPatterns,
  type CustomAction,
  type ObjectPatterns,
  type Policy,
  type Rule,
} from './policy.js';

/** One user who wants one thing on one target, now. */
export interface Question {
  readonly action: ActionName;
  /** The custom action's name, when `action` is `custom`. */
  readonly custom?: string | undefined;
  /** The tier of the route that the request came in by. */
  readonly tier: Tier;
  readonly role: Role;
  readonly user: string;
  /** The name of the agent: a host's, or `cluster:` and a cluster's. */
  readonly host: string;
  /** Undefined when the target is the host, or an object. */
  readonly container: ContainerFacts | undefined;
  /** The target, where it is an object of a cluster. */
  readonly object?: ObjectFacts | undefined;
  /** What the host's agent lets through at most. */
  readonly agentAllows: ReadonlySet<ActionName>;
}

export interface ContainerFacts {
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ObjectFacts extends ObjectReference {
  readonly labels: Readonly<Record<string, string>>;
  readonly optedOut: boolean;
}

export type Decision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly code: ProblemCode; readonly reason: string };

/** Set on a container to `none`, it keeps everybody off, whatever the rules say. */
export const ACTIONS_LABEL = 'toposcope.actions';

/** Decides. Pure: the same policy and question always give the same answer. */
export function decide(policy: Policy, readOnly: boolean, question: Question): Decision {
  const { action, container, object, host, role, tier, user } = question;
  const traits = ACTIONS[action];
  if (readOnly && traits.changes) {
    return refuse('read-only', `The gateway runs with --read-only, so ${action} is not done for anyone.`);
  }
  if (container !== undefined && optedOut(container.labels)) {
    return refuse('opted-out', `The container has the label ${ACTIONS_LABEL}=none.`);
  }
  if (object?.optedOut === true) {
    return refuse('opted-out', `The ${describeReference(object)} has ${ACTIONS_LABEL} set to none.`);
  }
  const target = object !== undefined ? 'object' : container !== undefined ? 'container' : 'host';
  if (traits.target !== target) {
    return refuse('bad-request', `${action} is for a ${traits.target}, and this is none.`);
  }
  const custom =
    action === 'custom' ? policy.actions.find(({ name }) => name === question.custom) : undefined;
  if (action === 'custom' && custom === undefined) {
    return refuse('policy-refused', 'The policy has no custom action of that name.');
  }
  const needed = custom?.tier ?? traits.tier;
  if (!tierCovers(tier, needed)) {
    return refuse('tier-refused', `${action} belongs to ${needed}, the request came in by ${tier}.`);
  }
  if (!roleCovers(role, ROLE_OF_TIER[needed])) {
    return refuse('tier-refused', `${action} needs the role ${ROLE_OF_TIER[needed]}, ${user} has ${role}.`);
  }
  if (!question.agentAllows.has(action)) {
    return refuse('agent-refused', `The agent of ${host} runs without --allow=${action}.`);
  }
  if (policy.rules.some((rule) => names(rule.deny, action) && holds(rule, question))) {
    return refuse('policy-refused', `A rule of the policy denies ${action} here.`);
  }
  const allowed =
    (custom !== undefined && holds(custom, question)) ||
    rulesOf(policy).some((rule) => names(rule.allow, action) && holds(rule, question));
  return allowed
    ? { allowed: true }
    : refuse('policy-refused', `No rule of the policy allows ${action} here to ${user} as ${role}.`);
}

/** The custom actions that would be done for this question's user on its container. */
export function customActionsFor(
  policy: Policy,
  readOnly: boolean,
  question: Omit<Question, 'action' | 'custom'>,
): readonly CustomAction[] {
  return policy.actions.filter(
    ({ name }) => decide(policy, readOnly, { ...question, action: 'custom', custom: name }).allowed,
  );
}

/** True when the container's label keeps everybody off. */
export function optedOut(labels: Readonly<Record<string, string>>): boolean {
  return labels[ACTIONS_LABEL]?.trim().toLowerCase() === 'none';
}

function refuse(code: ProblemCode, reason: string): Decision {
  return { allowed: false, code, reason };
}

function rulesOf(policy: Policy): readonly Rule[] {
  return policy.defaults ? [DEFAULT_RULE, ...policy.rules] : policy.rules;
}

function names(actions: Rule['allow'], action: ActionName): boolean {
  return actions !== undefined && (actions === '*' || actions.includes(action));
}

type Scope = Pick<Rule, 'role' | 'users' | 'hosts' | 'containers'> & Partial<Pick<Rule, 'objects'>>;

function holds(scope: Scope, { role, user, host, container, object }: Question): boolean {
  return (
    (scope.role === undefined || roleCovers(role, scope.role)) &&
    matchesOne(scope.users, user) &&
    (scope.hosts === undefined || (object === undefined && matchesOne(scope.hosts, host))) &&
    (scope.containers === undefined ||
      (container !== undefined && matchesContainer(scope.containers, container))) &&
    (scope.objects === undefined ||
      (object !== undefined && matchesObject(scope.objects, clusterOfAgent(host) ?? '', object)))
  );
}

function matchesObject(patterns: ObjectPatterns, cluster: string, object: ObjectFacts): boolean {
  return (
    matchesOne(patterns.clusters, cluster) &&
    matchesOne(patterns.namespaces, object.namespace) &&
    (patterns.kinds === undefined || patterns.kinds.includes(object.kind)) &&
    matchesOne(patterns.names, object.name) &&
    matchesLabels(patterns.labels, object.labels)
  );
}

function matchesContainer(patterns: ContainerPatterns, container: ContainerFacts): boolean {
  return (
    matchesOne(patterns.names, container.name) &&
    matchesOne(patterns.images, container.image) &&
    matchesOne(patterns.namespaces, namespaceOf(container.labels)) &&
    matchesLabels(patterns.labels, container.labels)
  );
}

function matchesLabels(
  patterns: Readonly<Record<string, Matcher>> | undefined,
  labels: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(patterns ?? {}).every(([label, matches]) => {
    const value = Object.hasOwn(labels, label) ? labels[label] : undefined;
    return value !== undefined && matches(value);
  });
}

function matchesOne(patterns: readonly Matcher[] | undefined, text: string): boolean {
  return patterns === undefined || patterns.some((matches) => matches(text));
}

/** The labels in which orchestrators say which namespace, project or stack a container belongs to. */
const NAMESPACE_LABELS = [
  'io.kubernetes.pod.namespace',
  'com.docker.stack.namespace',
  'com.docker.compose.project',
  'com.amazonaws.ecs.cluster',
  'com.hashicorp.nomad.namespace',
] as const;

function namespaceOf(labels: Readonly<Record<string, string>>): string {
  for (const label of NAMESPACE_LABELS) {
    const value = labels[label];
    if (value !== undefined) {
      return value;
    }
  }
  return '';
}
