import type { EventEmitter } from 'node:events';
import type { ContainerId } from '../contract/ids.js';
import type { SwarmService } from './swarm-services.js';

export const CONTAINER_STATES = [
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
] as const;
export type ContainerState = (typeof CONTAINER_STATES)[number];
export type ContainerHealth = 'starting' | 'healthy' | 'unhealthy';

/** Who a container is, as its runtime's API tells it. Numbers come from its cgroup. */
export interface Container {
  readonly id: ContainerId;
  /** All 64 hex digits. */
  readonly fullId: string;
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  readonly runtime: string;
  readonly hostname: string;
  readonly command: string;
  readonly labels: ReadonlyMap<string, string>;
  /** Variables in which an orchestrator tells who the container is; no others are kept. */
  readonly environment: ReadonlyMap<string, string>;
  readonly state: ContainerState;
  readonly health: ContainerHealth | undefined;
  /** Unix seconds. */
  readonly createdSeconds: number;
  /** Unix seconds of the last start; undefined when it never ran. */
  readonly startedSeconds: number | undefined;
  readonly restarts: number;
  readonly exitCode: number | undefined;
  /** The first process in the host's pid namespace; 0 when it does not run. */
  readonly pid: number;
  /** The runtime's network mode: `bridge`, `host`, `none`, `container:<id>` or a network's name. */
  readonly networkMode: string;
  readonly addresses: readonly ContainerAddress[];
  readonly ports: readonly PublishedPort[];
  /** Podman's pod that it is in; absent: none. Kubernetes' pods are told by labels. */
  readonly pod?: PodmanPod;
}

/** A pod of Podman's own, whose containers share a network namespace. */
export interface PodmanPod {
  /** All 64 hex digits. */
  readonly id: string;
  readonly name: string;
}

/** Whether it lives in a network namespace that was made for it, and not in the host's or another container's. */
export function hasOwnNetwork({ networkMode }: Pick<Container, 'networkMode'>): boolean {
  return networkMode !== 'host' && !/^(?:container|ns):/.test(networkMode);
}

/** The id or the name of the container whose network namespace it lives in, where that is another's. */
export function networkHostOf({ networkMode }: Pick<Container, 'networkMode'>): string | undefined {
  return /^container:(.+)$/.exec(networkMode)?.[1];
}

export interface ContainerAddress {
  readonly network: string;
  readonly ip: string;
}

export interface PublishedPort {
  /** As the runtime says it: `0.0.0.0`, `::` or one address of the host. */
  readonly hostIp: string;
  readonly hostPort: number;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
}

/** A container runtime of this host: lists at start, follows what changes, reconnects by itself. */
export interface Runtime {
  /** `docker`, `podman`, `containerd`, `cri-o`: the engine's own word once it has answered. */
  readonly name: string;
  readonly socketPath: string;
  /** What is known now; the last known state while the runtime does not answer. */
  containers(): readonly Container[];
  /** Services of the Swarm that the engine manages; absent where the runtime cannot manage one. */
  services?(): readonly SwarmService[];
  /** Whether a container has been made of which it is not known yet whose network it will use. */
  isMaking?(): boolean;
  /**
   * Resolves when every container is known, and was told of where it joins another's network, that had been made by now.
   * Rejects where the runtime does not answer; absent where it cannot be asked.
   */
  readonly settle?: () => Promise<void>;
  /** Undefined while the runtime answers; else why it does not and what to do. */
  problem(): Error | undefined;
  close(): Promise<void>;
}

/** What is known of a container that joins another's network namespace before it can be looked at. */
export interface JoiningContainer {
  readonly id: ContainerId;
  /** Undefined where it is gone before anybody could ask: it may have joined any. */
  readonly networkMode: string | undefined;
}

/**
 * Tells of containers whose first process has just begun to run, or has just ended (Unix seconds), where the runtime says
 * so at once. Nothing is told of some; others have ended by the time when their start is told.
 */
export type ContainerNews = EventEmitter<{
  started: [container: Container];
  ended: [container: Container, endedSeconds: number];
  /** It has joined another's network namespace, or is about to, and may have gone by now. */
  joined: [container: JoiningContainer];
}>;

/** One that has begun to follow. */
export interface FollowedRuntime extends Runtime {
  /** Resolves when the first list has come or failed; never rejects. */
  readonly firstAttempt: Promise<void>;
}

/** Where runtimes say what they find. */
export interface RuntimeLog {
  info(message: string): void;
  warn(message: string): void;
}
