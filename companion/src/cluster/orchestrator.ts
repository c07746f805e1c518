import type { ObjectActionName, ObjectCommand } from '../protocol/action.js';
import type { DescribeResult, ObjectResult, WorkloadLogsAction } from '../protocol/actions/object.js';
import type { ObjectReference } from '../protocol/objects.js';
import type { LogSource } from './logs/log-source.js';

/** What a cluster's agent asks to look and to act: Kubernetes, or a Swarm. */
export interface Orchestrator {
  /** Looks an object up. Throws `object-unknown`, `cluster-refused` or `cluster-failed`. */
  find(reference: ObjectReference): Promise<ClusterObject>;
}

/** An object as it was just found. */
export interface ClusterObject {
  /** The orchestrator's own id, which no other object ever has. */
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  /** True when it, or what it makes, has `toposcope.actions` set to `none`. */
  readonly optedOut: boolean;
  /** What it takes in its present state. */
  readonly takes: readonly ObjectActionName[];
  /** Wanted replicas; null where there is no such number. */
  readonly replicas: number | null;
  describe(): Promise<DescribeResult>;
  /** Where its log lines come from. Throws `object-unknown` for a source that it does not have. */
  logSources(request: WorkloadLogsAction): Promise<readonly LogSource[]>;
  /** Asks the orchestrator to do it. Throws `conflict` with the reason when it cannot be done as things are. */
  carryOut(command: ObjectCommand): Promise<ObjectResult>;
}
