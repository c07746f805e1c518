import type Docker from 'dockerode';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { containerId } from '../contract/ids.js';
import type { JoiningContainer } from './container.js';
import { readJsonLines } from './json-lines.js';

export interface NewContainersOptions {
  readonly engine: Pick<Docker, 'listContainers' | 'getEvents'>;
  /** Podman's events come from a file that it writes by and by: only its list tells all. */
  readonly tellsEvents: boolean;
  readonly inTime: <Answer>(answer: Promise<Answer>) => Promise<Answer>;
  readonly onFound: (container: JoiningContainer) => void;
  /** Until when an earlier connection to it has told all; Unix milliseconds. */
  readonly since?: number | undefined;
  /** Unix milliseconds. */
  readonly now?: () => number;
}

/** What is read of `GET /events`. */
export const engineEvent = z.object({
  Type: z.string().nullish(),
  Action: z.string().nullish(),
  timeNano: z.number().nullish(),
  Actor: z
    .object({ ID: z.string().nullish(), Attributes: z.record(z.string(), z.unknown()).nullish() })
    .nullish(),
});
export type EngineEvent = z.infer<typeof engineEvent>;

/** Podman and older engines may leave the second out; an odd one must not hide the list. */
export const containerList = z.array(
  z.object({
    Id: z.string(),
    HostConfig: z.object({ NetworkMode: z.string().nullish() }).nullish().catch(undefined),
  }),
);

/**
 * Finds out whose network each container uses that an engine makes. A list tells that of one that the engine still
 * starts, and of which it tells nothing else; and `settle` asks for what the stream of events has not told yet.
 */
export class NewContainers {
  /** What was found out, or is being, by full id. */
  private readonly found = new Map<string, Promise<void>>();
  /** Those that have a network of their own. */
  private readonly attached = new Set<string>();
  private settledUntil: number;
  private readonly now: () => number;

  constructor(private readonly options: NewContainersOptions) {
    this.now = options.now ?? Date.now;
    this.settledUntil = options.since ?? this.now();
  }

  /** An event of the engine, which may have been told before. */
  note(event: EngineEvent): Promise<void> {
    this.noteAttached(event);
    const { Type, Action, Actor } = event;
    const id = Type === 'container' && Action === 'create' ? (Actor?.ID ?? undefined) : undefined;
    return id === undefined ? Promise.resolve() : this.find(id);
  }

  /**
   * Resolves when it is known, of every container that had been made by now, whose network it uses, and `onFound` has
   * been told; with the time until which that is so, in Unix milliseconds.
   */
  async settle(): Promise<number> {
    const { tellsEvents, inTime } = this.options;
    const until = this.now();
    const events = tellsEvents ? await inTime(this.eventsUntil(until)) : undefined;
    if (events === undefined) {
      await this.findAll();
    } else {
      await Promise.all(events.map((event) => this.note(event)));
    }
    this.settledUntil = until;
    return until;
  }

  /** The engine answers with what it remembers, and ends, since that is past; undefined where it refuses to. */
  private async eventsUntil(until: number): Promise<EngineEvent[] | undefined> {
    const stream = await this.options.engine
      .getEvents({
        // Unix seconds, with a fraction.
        since: (this.settledUntil - OVERLAP_MS) / 1_000,
        until: until / 1_000,
        filters: { type: ['container', 'network'], event: ['create', 'connect'] },
      })
      .catch((error: unknown) => {
        if (error instanceof Error && 'statusCode' in error) {
          return undefined;
        }
        throw error;
      });
    if (stream === undefined) {
      return undefined;
    }
    if (!(stream instanceof Readable)) {
      throw new Error('the client answered with something that is no stream of events');
    }
    const events: EngineEvent[] = [];
    for await (const each of readJsonLines(stream)) {
      const parsed = engineEvent.safeParse(each);
      if (parsed.success) {
        events.push(parsed.data);
      }
    }
    return events;
  }

  private find(id: string): Promise<void> {
    const known = this.found.get(id);
    if (known !== undefined) {
      return known;
    }
    const finding = this.lookUp(id);
    this.found.set(id, finding);
    forgetOldest(this.found);
    finding.catch(() => this.found.delete(id));
    return finding;
  }

  private async lookUp(id: string): Promise<void> {
    const { engine, inTime } = this.options;
    const list = containerList.parse(
      await inTime(engine.listContainers({ all: true, filters: { id: [id] } })),
    );
    const listed = list.find(({ Id }) => Id === id);
    if (listed !== undefined) {
      this.tell(id, listed.HostConfig?.NetworkMode ?? '');
    } else if (!(await this.wasAttached(id))) {
      // It is gone, and may have been in anybody's.
      this.tell(id, undefined);
    }
  }

  /** Whether one that is gone had a network of its own, which the stream of events may not have told yet. */
  private async wasAttached(id: string): Promise<boolean> {
    if (!this.attached.has(id)) {
      const events = await this.options.inTime(this.eventsUntil(this.now()));
      events?.forEach((event) => this.noteAttached(event));
    }
    return this.attached.has(id);
  }

  private noteAttached({ Type, Action, Actor }: EngineEvent): void {
    const id = Type === 'network' && Action === 'connect' ? Actor?.Attributes?.container : undefined;
    if (typeof id === 'string') {
      this.attached.add(id);
      forgetOldest(this.attached);
    }
  }

  private async findAll(): Promise<void> {
    const { engine, inTime } = this.options;
    for (const { Id, HostConfig } of containerList.parse(
      await inTime(engine.listContainers({ all: true })),
    )) {
      if (!this.found.has(Id)) {
        this.found.set(Id, Promise.resolve());
        this.tell(Id, HostConfig?.NetworkMode ?? '');
      }
    }
    forgetOldest(this.found);
  }

  private tell(id: string, networkMode: string | undefined): void {
    const short = containerId(id);
    if (short !== undefined) {
      this.options.onFound({ id: short, networkMode });
    }
  }
}

/** Clocks may be set back a little. */
const OVERLAP_MS = 2_000;
/** An engine remembers fewer events. */
const MOST_REMEMBERED = 10_000;

/** Sets and maps keep the order in which they were filled. */
function forgetOldest(ids: {
  readonly size: number;
  keys(): IterableIterator<string>;
  delete(id: string): boolean;
}): void {
  for (const id of ids.keys()) {
    if (ids.size <= MOST_REMEMBERED) {
      return;
    }
    ids.delete(id);
  }
}
