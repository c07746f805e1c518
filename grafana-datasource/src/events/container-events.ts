import { containerKey } from '../graph/containers';
import { compareText } from '../graph/order';
import type { EventAnswer } from './event-expressions';
import type { EventKind } from './events-query';

export interface ContainerEvent {
  readonly kind: EventKind;
  readonly host: string;
  readonly container: string;
  /** Milliseconds since the epoch: when it started; for anything else, the step at which it was seen. */
  readonly at: number;
  /** How often, since the step before. */
  readonly count: number;
  /** Of a stop, where the runtime said it. */
  readonly exitCode?: number | undefined;
  /** The container was removed with its stop, so that nothing more is known of it. */
  readonly isGone?: boolean;
}

/** One series of a range query: `values[i]` at `times[i]`, in milliseconds since the epoch. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly times: ArrayLike<number>;
  readonly values: ArrayLike<number | null>;
}

export type EventAnswers = Partial<Readonly<Record<EventAnswer, readonly Series[]>>>;

interface Sample {
  readonly host: string;
  readonly container: string;
  readonly time: number;
  readonly value: number;
}

/** What happened within the period, the latest last. Starts are those of the kinds that the query asks for. */
export function containerEvents(
  answers: EventAnswers,
  { from, to, kinds }: { readonly from: number; readonly to: number; readonly kinds: readonly EventKind[] },
): readonly ContainerEvent[] {
  const restarts = byMoment(answers.restarted);
  const exitCodes = byMoment(answers.exitCodes);
  const starts = new Map<string, ContainerEvent>();
  const counted = new Set<string>();
  for (const sample of samplesOf(answers.started)) {
    const { host, container, value } = sample;
    const count = restarts.get(momentKey(sample));
    counted.add(momentKey(sample));
    const key = `${containerKey(host, container)} ${value}`;
    // A host that comes back shows all its containers anew, with the starts that they had.
    if (starts.has(key)) {
      continue;
    }
    starts.set(key, {
      kind: count === undefined ? 'start' : 'restart',
      host,
      container,
      at: value * 1000,
      count: count ?? 1,
    });
  }
  const event = (kind: EventKind, { host, container, time }: Sample, count = 1): ContainerEvent => ({
    kind,
    host,
    container,
    at: time,
    count,
  });
  const events: ContainerEvent[] = [
    ...starts.values(),
    ...samplesOf(answers.restarted)
      .filter((sample) => !counted.has(momentKey(sample)))
      .map((sample) => event('restart', sample, sample.value)),
    ...samplesOf(answers.stopped).map((sample) => ({
      ...event('stop', sample),
      exitCode: exitCodes.get(momentKey(sample)),
    })),
    ...samplesOf(answers.removed).map((sample) => ({ ...event('stop', sample), isGone: true })),
    ...samplesOf(answers.killed).map((sample) => event('oom', sample, sample.value)),
  ];
  return events
    .filter(({ kind, at }) => at >= from && at <= to && (kinds.length === 0 || kinds.includes(kind)))
    .sort(inOrder);
}

function inOrder(a: ContainerEvent, b: ContainerEvent): number {
  return (
    a.at - b.at ||
    compareText(a.host, b.host) ||
    compareText(a.container, b.container) ||
    compareText(a.kind, b.kind)
  );
}

function samplesOf(series: readonly Series[] = []): readonly Sample[] {
  return series.flatMap(({ labels, times, values }) => {
    const { host = '', container_id: container = '' } = labels;
    return Array.from(times).flatMap((time, index) => {
      const value = values[index];
      return value == null || Number.isNaN(value) ? [] : [{ host, container, time, value }];
    });
  });
}

function byMoment(series: readonly Series[] | undefined): ReadonlyMap<string, number> {
  return new Map(samplesOf(series).map((sample) => [momentKey(sample), sample.value]));
}

function momentKey({ host, container, time }: Sample): string {
  return `${containerKey(host, container)} ${time}`;
}
