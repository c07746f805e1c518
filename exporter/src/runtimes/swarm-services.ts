import { z } from 'zod';
import type { RuntimeLog } from './container.js';

/** What a Swarm should run of one service, and what it runs, over all its nodes. */
export interface SwarmService {
  /** The stack; empty where the service is of none. */
  readonly namespace: string;
  /** With the stack's name before it, as in the labels of its containers. */
  readonly name: string;
  /** Undefined of a job, which is to end, and of a global service of an engine before API 1.41. */
  readonly desired: number | undefined;
  readonly running: number | undefined;
}

/** What is asked of an engine for it. */
export interface SwarmClient {
  info(): Promise<unknown>;
  listServices(options: { readonly status: true }): Promise<unknown>;
}

const info = z.object({ Swarm: z.object({ ControlAvailable: z.boolean().nullish() }).nullish() });

/** What is read of `GET /services?status=true`. Engines before API 1.41 (Docker 20.10) send no status. */
const services = z.array(
  z.object({
    Spec: z.object({
      Name: z.string(),
      Labels: z.record(z.string(), z.string()).nullish(),
      Mode: z
        .object({
          Replicated: z.object({ Replicas: z.number().nullish() }).nullish(),
          ReplicatedJob: z.unknown().optional(),
          GlobalJob: z.unknown().optional(),
        })
        .nullish(),
    }),
    ServiceStatus: z.object({ RunningTasks: z.number(), DesiredTasks: z.number() }).nullish(),
  }),
);

/**
 * Asks a Swarm's manager for its services, and tells what it says. That it does not answer takes no container away,
 * and is said once.
 */
export class SwarmServices {
  readonly #engine: SwarmClient;
  readonly #tell: (services: readonly SwarmService[]) => void;
  readonly #log: RuntimeLog;
  #isManager = false;
  #isClosed = false;
  #said = '';

  constructor(
    engine: SwarmClient,
    /** Gets all services at each answer; none where the engine manages no Swarm. */
    tell: (services: readonly SwarmService[]) => void,
    log: RuntimeLog,
  ) {
    this.#engine = engine;
    this.#tell = tell;
    this.#log = log;
  }

  /**
   * Finds out whether the engine manages a Swarm, which may change at any time and no event tells, and lists. Others
   * are not asked for services: they would log each refusal. Engines from API 1.42 on say it with each ping, older ones
   * only among all that they know of themselves, which takes them some milliseconds more.
   */
  async look(): Promise<void> {
    await this.#reading(async () => {
      this.#isManager = info.parse(await this.#engine.info()).Swarm?.ControlAvailable === true;
    });
    await this.list();
  }

  async list(): Promise<void> {
    await this.#reading(async () => {
      const services = this.#isManager ? await listServices(this.#engine) : [];
      if (!this.#isClosed) {
        this.#tell(services);
      }
    });
  }

  /** Tells nothing more: the connection to the engine has ended, which is said elsewhere. */
  close(): void {
    this.#isClosed = true;
  }

  async #reading(read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      if (this.#isClosed) {
        return;
      }
      this.#tell([]);
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== this.#said) {
        this.#said = reason;
        this.#log.warn(
          `How many replicas the Swarm's services should have is not known, since the engine does not tell it: ${reason}`,
        );
      }
    }
  }
}

async function listServices(engine: SwarmClient): Promise<SwarmService[]> {
  const listed = services.parse(await engine.listServices({ status: true }));
  return listed.map(({ Spec: { Name, Labels, Mode }, ServiceStatus }) => {
    const isJob = Mode?.ReplicatedJob != null || Mode?.GlobalJob != null;
    return {
      namespace: Labels?.['com.docker.stack.namespace'] ?? '',
      name: Name,
      desired: isJob ? undefined : (ServiceStatus?.DesiredTasks ?? Mode?.Replicated?.Replicas ?? undefined),
      running: ServiceStatus?.RunningTasks,
    };
  });
}
