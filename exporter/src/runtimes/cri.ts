import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { containerId } from '../contract/ids.js';
import type { Container, FollowedRuntime, JoiningContainer, RuntimeLog } from './container.js';
import {
  connectCri,
  grpcCode,
  GRPC_DEADLINE,
  GRPC_NOT_FOUND,
  GRPC_UNIMPLEMENTED,
  type CriClient,
} from './cri-client.js';
import {
  containerOfSandbox,
  networkHolders,
  parseCriContainer,
  parseSandbox,
  withPodNetwork,
  type Sandbox,
} from './cri-container.js';
import { createCriProbe } from './cri-probe.js';
import { reconnect, type KnownOfRuntime } from './reconnect.js';
import { explainRuntimeError, RuntimeAbsent, RuntimeProblem } from './runtime-error.js';
import { Settlement } from './settlement.js';

export interface CriOptions {
  readonly socketPath: string;
  /** The user named the socket. */
  readonly required: boolean;
  readonly log: RuntimeLog;
  /** Told of each that has been made, or has begun or ended since the last list, in the network namespace of its pod. */
  readonly onJoined?: (container: JoiningContainer) => void;
  /** The first wait before trying again. */
  readonly shortestWaitMs?: number;
  /** How long one answer may take. */
  readonly answerWithinMs?: number;
  /** Time between two lists. */
  readonly relistEveryMs?: number;
}

/** Asked at once. */
const PARALLEL = 8;

const version = z.object({ runtime_name: z.string(), runtime_version: z.string() });
/** A name, or the number of a state that is younger than our descriptor. */
const state = z.coerce.string();
const sandboxList = z.object({ items: z.array(z.object({ id: z.string(), state })) });
const listedContainers = z.array(z.object({ id: z.string(), pod_sandbox_id: z.string(), state }));
const containerList = z.object({ containers: listedContainers });

/** What was told when the list last said this state. */
interface Told<Value> {
  readonly state: string;
  readonly value: Value;
}

/**
 * Follows containerd or CRI-O by the Container Runtime Interface v1: lists every few seconds, and asks about what is
 * new or has changed its state. It does not subscribe to GetContainerEvents: containerd before 2.0 and the first CRI-O
 * that had it give each event to one subscriber only, and would take it from the kubelet. Containers that end between
 * two lists stay in the list until the kubelet removes them, so that to `settle` is to list.
 */
export function createCriRuntime(options: CriOptions): FollowedRuntime {
  const { socketPath, required, log, answerWithinMs = 10_000, relistEveryMs = 5_000 } = options;
  const sandboxes = new Map<string, Told<Sandbox>>();
  const containers = new Map<string, Told<Container>>();
  /** As last listed, by id. */
  let states: ReadonlyMap<string, string> | undefined;
  let listedAt = -Infinity;
  const leftOut = new Set<string>();
  const settlement = new Settlement(socketPath, answerWithinMs);
  const servesNoCri = createCriProbe(socketPath);
  const known: KnownOfRuntime = { name: 'cri', containers: [], settle: settlement.settle };
  return reconnect({
    socketPath,
    known,
    follow,
    explain,
    log,
    shortestWaitMs: options.shortestWaitMs,
  });

  /** One connection's life: throws when it ends. */
  async function follow(connected: () => void, closing: AbortSignal): Promise<void> {
    if (!required && (await servesNoCri())) {
      throw noCri();
    }
    const client = await connectCri(socketPath, answerWithinMs);
    const close = () => client.close();
    closing.addEventListener('abort', close);
    let last = Promise.resolve();
    const relistInTurn = () => (last = last.catch(() => undefined).then(() => relist(client)));
    try {
      const runtime = await identify(client);
      await relistInTurn();
      settlement.begin(relistInTurn);
      connected();
      log.info(`Reading containers from ${runtime} at ${socketPath}: ${known.containers.length} known`);
      for (;;) {
        await sleep(relistEveryMs, undefined, { signal: closing, ref: false });
        if (performance.now() - listedAt >= relistEveryMs) {
          await relistInTurn();
        }
      }
    } finally {
      settlement.end();
      closing.removeEventListener('abort', close);
      client.close();
    }
  }

  /** The runtime's name and version; throws where it does not speak v1. */
  async function identify(client: CriClient): Promise<string> {
    try {
      const answer = version.parse(await client.ask('Version', { version: 'v1' }));
      known.name = answer.runtime_name;
      return `${answer.runtime_name} ${answer.runtime_version}`;
    } catch (error) {
      if (grpcCode(error) !== GRPC_UNIMPLEMENTED) {
        throw error;
      }
      throw await withoutV1(client, error);
    }
  }

  async function withoutV1(client: CriClient, cause: unknown): Promise<Error> {
    if (await client.answersV1alpha2()) {
      return new RuntimeProblem(
        `The container runtime at ${socketPath} speaks only v1alpha2 of the Container Runtime Interface, and v1 is needed: update it (containerd 1.6, or CRI-O for Kubernetes 1.26, and later)`,
        { cause },
      );
    }
    return noCri(cause);
  }

  function noCri(cause?: unknown): Error {
    const message = `${socketPath} does not serve the Container Runtime Interface`;
    return required
      ? new RuntimeProblem(
          `${message}: enable it (containerd: no "cri" in disabled_plugins), or correct --runtime.cri`,
          { cause },
        )
      : new RuntimeAbsent(`${message}: nothing is read there. A containerd that only serves Docker is none`, {
          cause,
        });
  }

  async function relist(client: CriClient): Promise<void> {
    const [{ items }, listed] = await Promise.all([
      client.ask('ListPodSandbox').then((answer) => sandboxList.parse(answer)),
      client.ask('ListContainers').then((answer) => containerList.parse(answer)),
    ]);
    await refresh(sandboxes, items, isWhole, async (id) => {
      const answer = await client.ask('PodSandboxStatus', { pod_sandbox_id: id, verbose: true });
      return parseSandbox(answer);
    });
    const podOf = new Map(listed.containers.map(({ id, pod_sandbox_id }) => [id, pod_sandbox_id]));
    const stateInPod = listed.containers.map(({ id, pod_sandbox_id, state }) => ({
      id,
      // Asked again when the pod changes, since it lends its addresses.
      state: `${state} ${sandboxes.get(pod_sandbox_id)?.value.ips.join(' ') ?? ''}`,
    }));
    await refresh(containers, stateInPod, isStarted, async (id) => {
      const answer = await client.ask('ContainerStatus', { container_id: id, verbose: true });
      return parseCriContainer(answer, sandboxes.get(podOf.get(id) ?? '')?.value, known.name);
    });
    const all = [...containers.values()].map(({ value }) => value);
    const holderOf = networkHolders(all, new Map([...sandboxes].map(([id, { value }]) => [id, value])));
    const holders = new Set(holderOf.values());
    known.containers = [
      ...[...sandboxes.values()].flatMap(({ value }) => containerOfSandbox(value, known.name) ?? []),
      ...all.map((container) => (holders.has(container) ? withPodNetwork(container) : container)),
    ];
    noteJoining(listed.containers, holderOf);
    listedAt = performance.now();
  }

  /** What was there before the first list is seen by its processes. */
  function noteJoining(
    listed: z.output<typeof listedContainers>,
    holderOf: ReadonlyMap<string, Container>,
  ): void {
    const before = states;
    states = new Map(listed.map(({ id, state }) => [id, state]));
    for (const { id: fullId, pod_sandbox_id, state } of before === undefined ? [] : listed) {
      const id = containerId(fullId);
      const sandbox = sandboxes.get(pod_sandbox_id)?.value;
      if (
        id === undefined ||
        before?.get(fullId) === state ||
        sandbox === undefined ||
        sandbox.usesHostNetwork
      ) {
        continue;
      }
      const host = sandbox.pid > 0 ? sandbox.id : holderOf.get(sandbox.id)?.fullId;
      if (host !== undefined && host !== fullId) {
        options.onJoined?.({ id, networkMode: `container:${host}` });
      }
    }
  }

  /** Forgets what is not listed any more; asks about what is new, has changed, or was not whole when last asked. */
  async function refresh<Value>(
    told: Map<string, Told<Value>>,
    listed: readonly { readonly id: string; readonly state: string }[],
    isComplete: (value: Value, state: string) => boolean,
    askFor: (id: string) => Promise<Value>,
  ): Promise<void> {
    const ids = new Set(listed.map(({ id }) => id));
    for (const id of told.keys()) {
      if (!ids.has(id)) {
        told.delete(id);
      }
    }
    const stale = listed.filter(({ id, state }) => {
      const before = told.get(id);
      return before?.state !== state || !isComplete(before.value, state);
    });
    const waiting = stale.values();
    await Promise.all(
      Array.from({ length: PARALLEL }, async () => {
        for (const { id, state } of waiting) {
          const value = await askOrLeaveOut(id, askFor);
          if (value === undefined) {
            told.delete(id);
          } else {
            told.set(id, { state, value });
          }
        }
      }),
    );
  }

  /** Undefined when it is gone meanwhile, or cannot be understood: one odd container must not hide the others. */
  async function askOrLeaveOut<Value>(
    id: string,
    askFor: (id: string) => Promise<Value>,
  ): Promise<Value | undefined> {
    try {
      return await askFor(id);
    } catch (error) {
      const code = grpcCode(error);
      if (code === GRPC_NOT_FOUND) {
        return undefined;
      }
      if (code !== undefined) {
        throw error;
      }
      if (!leftOut.has(id)) {
        leftOut.add(id);
        log.warn(
          `Container ${id.slice(0, 12)} is left out. ${error instanceof Error ? error.message : String(error)}`,
        );
      }
      return undefined;
    }
  }

  function explain(error: unknown): Error {
    const late = grpcCode(error) === GRPC_DEADLINE;
    return explainRuntimeError(
      late ? new Error(`no answer within ${answerWithinMs / 1000} s`, { cause: error }) : error,
      {
        socketPath,
        required,
        flag: '--runtime.cri',
      },
    );
  }
}

/** A sandbox is ready before its network is. */
function isWhole({ ips, usesHostNetwork }: Sandbox, state: string): boolean {
  return state !== 'SANDBOX_READY' || usesHostNetwork || ips.length > 0;
}

function isStarted({ state, pid }: Container): boolean {
  return state !== 'running' || pid > 0;
}
