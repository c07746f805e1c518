import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { newAttemptId, type Attempt, type AuditLog, type Ending } from '../audit/audit-log.js';
import {
  decide,
  type ContainerFacts,
  type Decision,
  type ObjectFacts,
  type Question,
} from '../policy/decide.js';
import type { Policy } from '../policy/policy.js';
import type { Action, ActionName } from '../protocol/action.js';
import { containerSummarySchema, type ContainerSummary } from '../protocol/actions/observe.js';
import type { IdentifiedObject, ObjectReference } from '../protocol/objects.js';
import { asProblem, Problem } from '../protocol/problems.js';
import { objectSummarySchema, type AgentRequest, type ObjectSummary } from '../protocol/tunnel.js';
import type { Caller, Origin } from './caller.js';
import type { Limits } from './limits.js';
import type { Metrics } from './metrics.js';
import type { SignPermit } from './permit-signer.js';
import type { Register } from './register.js';
import { isRepeated, RepeatedLooks } from './repeated-looks.js';
import type { Tunnel } from './tunnel.js';

export const ANSWER_WITHIN_MS = 30_000;

export interface GatewayCore {
  readonly register: Register;
  readonly policy: { readonly current: Policy; readonly problem: string | undefined };
  readonly readOnly: boolean;
  readonly audit: AuditLog;
  readonly signPermit: SignPermit;
  readonly limits: Limits;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** A container's id, empty for the host itself, or an object of a cluster. */
type Target = string | ObjectReference;

/** An action that is allowed and written down: it may be done now, and its end must be told. */
export interface Started {
  readonly attempt: Attempt;
  readonly tunnel: Tunnel;
  /** The signed permit that the agent wants to see. */
  readonly permit: string;
  /** Whether the policy of now would still allow it: what goes on must ask. */
  readonly decideAgain: () => Decision;
  readonly end: (ending: Ending) => Promise<void>;
  /** Tells the end of what failed, and the service's log its cause. */
  readonly fail: (problem: Problem, ending?: Partial<Ending>) => Promise<void>;
}

/** An action that answers a value, and the shape of what an agent answers to it. */
interface Asked<Shape extends z.ZodType> {
  readonly host: string;
  readonly target: Target;
  readonly request: Action;
  readonly shape: Shape;
  readonly withinMs?: number;
}

/** The one way by which anything is done: who, what, on what → decided, written down, permitted. */
export class Attempts {
  readonly #core: GatewayCore;
  /** Ids of what was started and has no end yet. */
  readonly #running = new Set<string>();
  readonly #looks: RepeatedLooks;

  constructor(core: GatewayCore) {
    this.#core = core;
    this.#looks = new RepeatedLooks(core.audit, (error) => {
      core.log.error({ err: error }, 'the end of a look could not be written down');
    });
  }

  /** Decides and writes down. Throws the problem of a refusal, which is written down as well. */
  async start(caller: Caller, host: string, target: Target, request: Action): Promise<Started> {
    const { register, signPermit, limits, log } = this.#core;
    await limits.countUser(caller.user);
    let attempt: Attempt = {
      id: newAttemptId(),
      ...caller,
      action: request.action,
      host,
      container: typeof target === 'string' ? target : '',
      containerName: '',
      object: typeof target === 'string' ? undefined : target,
      request,
    };
    try {
      const tunnel = register.get(host);
      let question = this.question(caller, tunnel, undefined);
      let object: IdentifiedObject | undefined;
      if (typeof target !== 'string') {
        const summary = await this.identifyObject(caller, tunnel, target);
        object = identityOf(summary);
        question = { ...question, object: summary };
      } else if (target !== '') {
        const summary = await this.identify(caller, tunnel, target);
        attempt = { ...attempt, container: summary.id, containerName: summary.name };
        question = { ...question, container: summary };
      }
      const custom = request.action === 'custom' ? request.name : undefined;
      const decided = { ...question, action: request.action, custom };
      throwRefusal(this.decide(decided));
      const permit = await signPermit({
        host,
        user: caller.user,
        container: attempt.container,
        object,
        request: this.#agentRequest(request),
      });
      const { id, written } = await this.#writeDown(attempt);
      attempt = { ...attempt, id };
      this.#running.add(attempt.id);
      const end = (ending: Ending): Promise<void> => this.#end(attempt, written, ending);
      const fail = (problem: Problem, ending: Partial<Ending> = {}): Promise<void> => {
        log.warn({ err: problem, attempt: attempt.id }, 'an action failed');
        return end({ ...ending, outcome: 'failed', code: problem.code, reason: problem.message });
      };
      return { attempt, tunnel, permit, decideAgain: () => this.decide(decided), end, fail };
    } catch (error) {
      throw await this.#refuse(attempt, error);
    }
  }

  /** Starts an action that answers a value, and answers it. Throws `agent-lost` for a value of another shape. */
  async value<Shape extends z.ZodType>(
    caller: Caller,
    { host, target, request, shape, withinMs = ANSWER_WITHIN_MS }: Asked<Shape>,
  ): Promise<z.output<Shape>> {
    const { attempt, tunnel, permit, end, fail } = await this.start(caller, host, target, request);
    try {
      const { success, data, error } = shape.safeParse(await tunnel.value(permit, withinMs));
      if (!success) {
        throw new Problem('agent-lost', 'The host answered something that is no answer.', { cause: error });
      }
      await end({ outcome: 'done' });
      return data;
    } catch (error) {
      const problem = asProblem(error);
      await fail(problem);
      throw problem.of(attempt.id);
    }
  }

  /** Resolves when the end of everything that was started is written down, or after `withinMs`. */
  async ended(withinMs: number): Promise<void> {
    const until = performance.now() + withinMs;
    while (this.#running.size > 0 && performance.now() < until) {
      await setTimeout(10);
    }
    await this.#looks.close();
  }

  /** Writes down a request that was refused before it could be read, unless its sender floods. */
  async refuseUnread(origin: Origin, problem: Problem, known: Partial<Attempt>): Promise<void> {
    const { limits, audit, metrics } = this.#core;
    metrics.attempted('none', 'refused');
    await limits.countRefusal(origin.address);
    await audit.refused(
      {
        id: newAttemptId(),
        user: '',
        role: undefined,
        tier: undefined,
        action: undefined,
        host: '',
        container: '',
        containerName: '',
        request: {},
        ...origin,
        ...known,
      },
      problem,
    );
  }

  /** Who the container is, by its agent. Throws `container-unknown`. */
  async identify(caller: Caller, tunnel: Tunnel, container: string): Promise<ContainerSummary> {
    const permit = await this.#core.signPermit({
      host: tunnel.hello.host,
      user: caller.user,
      container,
      request: { action: 'identify' },
    });
    const parsed = containerSummarySchema.safeParse(await tunnel.value(permit, ANSWER_WITHIN_MS));
    if (!parsed.success || !parsed.data.id.startsWith(container)) {
      throw new Problem('agent-lost', 'The host does not say who the container is.', { cause: parsed.error });
    }
    return parsed.data;
  }

  /** Who the object is, by the agent of its cluster. Throws `object-unknown`. */
  async identifyObject(caller: Caller, tunnel: Tunnel, object: ObjectReference): Promise<ObjectSummary> {
    const permit = await this.#core.signPermit({
      host: tunnel.hello.host,
      user: caller.user,
      container: '',
      object: { ...object, uid: '' },
      request: { action: 'identify-object' },
    });
    const parsed = objectSummarySchema.safeParse(await tunnel.value(permit, ANSWER_WITHIN_MS));
    const same =
      parsed.data?.kind === object.kind &&
      parsed.data.namespace === object.namespace &&
      parsed.data.name === object.name;
    if (!parsed.success || !same) {
      throw new Problem('agent-lost', "The cluster's agent does not say who the object is.", {
        cause: parsed.error,
      });
    }
    return parsed.data;
  }

  question(
    caller: Caller,
    tunnel: Tunnel,
    container: ContainerFacts | undefined,
    object?: ObjectFacts,
  ): Omit<Question, 'action' | 'custom'> {
    const { user, role, tier } = caller;
    const { host, allows } = tunnel.hello;
    return { user, role, tier, host, container, object, agentAllows: new Set(allows) };
  }

  decide(question: Question): Decision {
    return decide(this.#core.policy.current, this.#core.readOnly, question);
  }

  #agentRequest(request: Action): AgentRequest {
    if (request.action !== 'custom') {
      return request;
    }
    const custom = this.#core.policy.current.actions.find(({ name }) => name === request.name);
    if (custom === undefined) {
      throw new Problem('policy-refused', 'The policy has no custom action of that name any more.');
    }
    return { action: 'run-custom', name: custom.name, command: custom.command };
  }

  /** Resolves when the attempt is on the disk, with the id that it has there and what writes its end. */
  async #writeDown(attempt: Attempt): Promise<{ id: string; written: (ending: Ending) => Promise<number> }> {
    if (isRepeated(attempt)) {
      const { id, end } = await this.#looks.start(attempt);
      return { id, written: end };
    }
    return { id: attempt.id, written: await this.#core.audit.started(attempt) };
  }

  async #end(attempt: Attempt, written: (ending: Ending) => Promise<number>, ending: Ending): Promise<void> {
    const { metrics, log } = this.#core;
    const action: ActionName | 'none' = attempt.action ?? 'none';
    metrics.attempted(action, ending.outcome);
    try {
      metrics.took(action, (await written(ending)) / 1000);
    } catch (error) {
      // It is done and cannot be taken back; the line that says it began is on the disk.
      log.error({ err: error, attempt: attempt.id }, 'the end of an action could not be written down');
    } finally {
      this.#running.delete(attempt.id);
    }
  }

  async #refuse(attempt: Attempt, error: unknown): Promise<Problem> {
    const { audit, metrics, log } = this.#core;
    const problem = asProblem(error);
    if (problem.code === 'internal' || problem.code === 'audit-failed') {
      log.error({ err: error, attempt: attempt.id }, 'an attempt failed');
    }
    metrics.attempted(attempt.action ?? 'none', 'refused');
    if (problem.code !== 'audit-failed') {
      await audit.refused(attempt, problem);
    }
    return problem.of(attempt.id);
  }
}

function identityOf({ kind, namespace, name, uid }: ObjectSummary): IdentifiedObject {
  return { kind, namespace, name, uid };
}

function throwRefusal(decision: Decision): void {
  if (!decision.allowed) {
    throw new Problem(decision.code, decision.reason);
  }
}
