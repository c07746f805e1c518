import type Docker from 'dockerode';
import { access, constants } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { ChangeQueue } from './change-queue.js';
import {
  networkHostOf,
  type Container,
  type FollowedRuntime,
  type JoiningContainer,
  type PodmanPod,
  type RuntimeLog,
} from './container.js';
import { parseContainer } from './docker-container.js';
import { readJsonLines } from './json-lines.js';
import { loadDockerode } from './load-dockerode.js';
import { NewContainers, engineEvent, containerList, type EngineEvent } from './new-containers.js';
import { listPodmanPods } from './podman-pods.js';
import { reconnect, type KnownOfRuntime } from './reconnect.js';
import { explainRuntimeError } from './runtime-error.js';
import { Settlement } from './settlement.js';
import { SwarmServices } from './swarm-services.js';

/** What the runtime needs of an engine's client; dockerode has it. */
export type EngineClient = Pick<
  Docker,
  'listContainers' | 'getContainer' | 'getEvents' | 'version' | 'info' | 'listServices'
>;

export interface DockerOptions {
  readonly socketPath: string;
  /** The user named the socket: that it does not exist is a failure, not a host without containers. */
  readonly required: boolean;
  readonly log: RuntimeLog;
  /** Told of each container that has a process which it had not before: within milliseconds of its start. */
  readonly onStarted?: (container: Container) => void;
  /** Told of each whose first process has ended; at what time, in Unix seconds. */
  readonly onEnded?: (container: Container, endedSeconds: number) => void;
  /** Told of each that has just joined another's network namespace, or is about to; it may have ended by then. */
  readonly onJoined?: (container: JoiningContainer) => void;
  /** Makes the client; dockerode by default, loaded when the socket answers for the first time. */
  readonly connect?: (socketPath: string) => Promise<EngineClient>;
  /** The first wait before trying again. */
  readonly shortestWaitMs?: number;
  /** How long one answer may take. */
  readonly answerWithinMs?: number;
  /** Time between two full lists, for what no event has told. */
  readonly relistEveryMs?: number;
  /** Time between two lists of a Swarm's services, whose tasks on other nodes no event tells. */
  readonly listServicesEveryMs?: number;
}

/** Inspections under way at once, beside those of containers that have just started. */
const PARALLEL = 8;

const version = z.object({ Components: z.array(z.object({ Name: z.string().nullish() })).nullish() });

/**
 * Follows a Docker engine, or Podman's socket, and the Swarm that the engine manages: subscribes to its events, lists and
 * inspects what there is, then inspects again whatever an event names, several at a time, since an engine tells nothing
 * of a container while it starts it. And everything each minute, since one that gives up restarting a container does not
 * always say so. When the connection breaks it keeps the last known state, says so in `problem()`, and tries again after
 * 1, 2, 4 … 30 seconds.
 */
export function createDockerRuntime(options: DockerOptions): FollowedRuntime {
  const { socketPath, log } = options;
  const answerWithinMs = options.answerWithinMs ?? 10_000;
  const relistEveryMs = options.relistEveryMs ?? 60_000;
  const listServicesEveryMs = options.listServicesEveryMs ?? 5_000;
  const containers = new Map<string, Container>();
  const gone = new Set<string>();
  const making = new Set<string>();
  let listedContainers: readonly Container[] | undefined;
  let pods: ReadonlyMap<string, PodmanPod> = new Map();
  let saidOfPods = '';
  const settlement = new Settlement(socketPath, answerWithinMs);
  let settledUntil: number | undefined;
  const known: KnownOfRuntime = {
    name: 'docker',
    get containers() {
      return (listedContainers ??= [...containers.values()]);
    },
    get isMaking() {
      return making.size > 0;
    },
    settle: settlement.settle,
  };
  return reconnect({
    socketPath,
    known,
    follow,
    explain: (error) =>
      explainRuntimeError(error, { socketPath, required: options.required, flag: '--runtime.docker' }),
    log,
    shortestWaitMs: options.shortestWaitMs,
  });

  /** An engine that hangs is as bad as none: the connection is given up and made anew. */
  async function inTime<Answer>(answer: Promise<Answer>): Promise<Answer> {
    const timer = new AbortController();
    const late = sleep(answerWithinMs, undefined, { signal: timer.signal, ref: false }).then(() => {
      throw new Error(`no answer within ${answerWithinMs / 1000} s`);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      late.catch(() => undefined);
      timer.abort();
    }
  }

  /** One connection's life: returns or throws when it ends. */
  async function follow(connected: () => void, closing: AbortSignal): Promise<void> {
    const engine = await (options.connect ?? connectDockerode)(socketPath);
    const runtime = runtimeName(await inTime(engine.version()));
    known.name = runtime;
    const swarm = runtime === 'docker' ? swarmOf(engine) : undefined;
    const events = await openEvents(engine, runtime, closing);
    const fail = (error: unknown) =>
      void events.destroy(error instanceof Error ? error : new Error(String(error)));
    const changed = new ChangeQueue(PARALLEL, (id) => look(engine, id, runtime));
    const fresh = new NewContainers({
      ...{ engine, tellsEvents: runtime === 'docker', inTime, since: settledUntil },
      onFound: noteJoining,
    });
    const timers = [
      setInterval(() => {
        lookAtAll(engine, runtime, changed).catch(fail);
        void swarm?.look();
      }, relistEveryMs).unref(),
      setInterval(() => void swarm?.list(), listServicesEveryMs).unref(),
    ];
    try {
      const changes = readJsonLines(events);
      await lookAtAll(engine, runtime, changed);
      settlement.begin(async () => {
        try {
          settledUntil = await fresh.settle();
        } catch (error) {
          fail(error);
          throw error;
        }
      });
      connected();
      log.info(`Reading containers from ${runtime} at ${socketPath}: ${known.containers.length} known`);
      void swarm?.look();
      for await (const change of changes) {
        const parsed = engineEvent.safeParse(change);
        if (parsed.success && isOfSwarm(parsed.data)) {
          void swarm?.list();
        } else if (parsed.success) {
          noteChange(fresh, changed, parsed.data).catch(fail);
        }
      }
    } finally {
      timers.forEach((timer) => clearInterval(timer));
      changed.close();
      gone.clear();
      making.clear();
      settlement.end();
      swarm?.close();
      events.destroy();
    }
    throw new Error('the engine closed the stream of events');
  }

  function swarmOf(engine: EngineClient): SwarmServices {
    return new SwarmServices(
      {
        info: () => inTime(engine.info()),
        listServices: (asked) => inTime(engine.listServices(asked)),
      },
      (services) => {
        known.services = services;
      },
      log,
    );
  }

  async function openEvents(engine: EngineClient, runtime: string, closing: AbortSignal): Promise<Readable> {
    // Podman refuses kinds that it does not know.
    const type = runtime === 'docker' ? [...CONTAINER_EVENTS, ...SWARM_EVENTS] : [...CONTAINER_EVENTS];
    const stream = await inTime(engine.getEvents({ filters: { type }, abortSignal: closing }));
    if (!(stream instanceof Readable)) {
      throw new Error('the client answered with something that is no stream of events');
    }
    return stream;
  }

  async function lookAtAll(engine: EngineClient, runtime: string, changed: ChangeQueue): Promise<void> {
    // What events tell meanwhile stays: only what was known before and is not in the list any more goes.
    const before = [...containers.keys()];
    const ids = containerList.parse(await inTime(engine.listContainers({ all: true }))).map(({ Id }) => Id);
    const isListed = new Set(ids);
    for (const id of before) {
      if (!isListed.has(id)) {
        keep(id, undefined);
      }
    }
    await readPods(runtime);
    await Promise.all(ids.map((id) => changed.add(id)));
  }

  async function noteChange(fresh: NewContainers, changed: ChangeQueue, change: EngineEvent): Promise<void> {
    const found = fresh.note(change);
    const id = changedContainer(change);
    if (id === undefined || (change.Type === 'network' && !hasProcess(id))) {
      // Whoever joins its networks while it starts will have started soon, and cannot be looked at before.
      return;
    }
    if (change.Type === 'container' && change.Action === 'destroy') {
      gone.add(id);
    }
    const known = containers.get(id);
    if (change.Type === 'container' && change.Action === 'die' && known !== undefined) {
      options.onEnded?.(known, (change.timeNano ?? Date.now() * 1e6) / 1e9);
    }
    const isStart = change.Type === 'container' && change.Action === 'start';
    const isCreation = change.Type === 'container' && change.Action === 'create';
    if (isStart && known !== undefined) {
      noteJoining(known);
    } else if (isStart || isCreation) {
      making.add(id);
    }
    await Promise.all([
      changed.add(id, isStart ? 'at once' : 'in turn').finally(() => making.delete(id)),
      found,
    ]);
  }

  function noteJoining(container: JoiningContainer): void {
    const { networkMode } = container;
    if (networkMode === undefined || networkHostOf({ networkMode }) !== undefined) {
      options.onJoined?.(container);
    }
  }

  function hasProcess(id: string): boolean {
    return (containers.get(id)?.pid ?? 0) !== 0;
  }

  async function look(engine: EngineClient, id: string, runtime: string): Promise<void> {
    if (gone.delete(id)) {
      keep(id, undefined);
      return;
    }
    if (!containers.has(id)) {
      await readPods(runtime);
    }
    const before = containers.get(id);
    const found = await inspect(engine, id, runtime);
    keep(id, found);
    if (found !== undefined && found.startedSeconds !== before?.startedSeconds) {
      noteJoining(found);
    }
    if (found !== undefined && found.pid !== 0 && found.pid !== before?.pid) {
      options.onStarted?.(found);
    }
  }

  /** Without its pods, a Podman's containers are good still. */
  async function readPods(runtime: string): Promise<void> {
    if (runtime !== 'podman') {
      return;
    }
    try {
      pods = await listPodmanPods(socketPath, AbortSignal.timeout(answerWithinMs));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== saidOfPods) {
        saidOfPods = reason;
        log.warn(`Which pod each container is in is not known, since Podman does not tell it: ${reason}`);
      }
    }
  }

  function keep(id: string, container: Container | undefined): void {
    if (container === undefined) {
      containers.delete(id);
    } else {
      containers.set(id, container);
    }
    listedContainers = undefined;
  }

  /** Undefined when it is gone meanwhile, or cannot be understood: one odd container must not hide the others. */
  async function inspect(engine: EngineClient, id: string, runtime: string): Promise<Container | undefined> {
    let answer: unknown;
    try {
      answer = await inTime(engine.getContainer(id).inspect());
    } catch (error) {
      if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) {
        return undefined;
      }
      throw error;
    }
    try {
      const container = parseContainer(answer, runtime);
      const pod = pods.get(container.fullId);
      return pod === undefined ? container : { ...container, pod };
    } catch (error) {
      log.warn(
        `Container ${id.slice(0, 12)} is left out. ${error instanceof Error ? error.message : String(error)}`,
      );
      return undefined;
    }
  }
}

/** Asks for the right to the socket first, since the client's own error for it is the same as for other things. */
async function connectDockerode(socketPath: string): Promise<EngineClient> {
  await access(socketPath, constants.R_OK | constants.W_OK);
  const Engine = await loadDockerode();
  return new Engine({ socketPath });
}

function runtimeName(answer: unknown): string {
  const parsed = version.safeParse(answer);
  const names = parsed.success ? (parsed.data.Components ?? []).map(({ Name }) => Name ?? '') : [];
  return names.some((name) => name.startsWith('Podman')) ? 'podman' : 'docker';
}

const CONTAINER_EVENTS = ['container', 'network'] as const;
/** Only managers of a Swarm send them. */
const SWARM_EVENTS = ['service', 'node'] as const;

function isOfSwarm({ Type }: EngineEvent): boolean {
  return SWARM_EVENTS.some((type) => type === Type);
}

/** Commands run inside a container change nothing that is read here, and health checks run many. */
const UNINTERESTING =
  /^(?:exec_|top$|attach$|detach$|resize$|export$|archive-path$|extract-to-dir$|commit$|copy$|kill$)/;

/** The container to look at again after an event: its own, or the one that joined or left a network. */
function changedContainer(change: EngineEvent): string | undefined {
  if (change.Type === 'network') {
    const attached = change.Actor?.Attributes?.container;
    return typeof attached === 'string' ? attached : undefined;
  }
  if (change.Type !== 'container' || UNINTERESTING.test(change.Action ?? '')) {
    return undefined;
  }
  return change.Actor?.ID ?? undefined;
}
