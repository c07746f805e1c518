import type { DataFrame, Field, FieldType } from '@grafana/data';
import { textColumn } from '../frames/columns';
import { containerKey } from '../graph/containers';
import type { ContainerEvent } from './container-events';
import type { EventKind } from './events-query';

/** What is known of a container besides its id; texts are empty where nothing is. */
export interface EventSubject {
  readonly name: string;
  readonly image: string;
  readonly namespace: string;
}

export interface EventsFound {
  readonly events: readonly ContainerEvent[];
  /** How many more there are, earlier than these. */
  readonly omitted: number;
  /** By `host/container_id`. */
  readonly subjects: ReadonlyMap<string, EventSubject>;
  /** Seconds between two looks: stops are seen so much later at the most. */
  readonly step: number;
}

interface Row {
  readonly at: number;
  readonly text: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly level: 'info' | 'warning' | 'error';
  readonly host: string;
  readonly container: string;
  readonly image: string;
}

const TITLES: Readonly<Record<EventKind, string>> = {
  start: 'Started',
  restart: 'Restarted',
  stop: 'Stopped',
  oom: 'Out of memory',
};

/**
 * The events as Grafana's annotations read them (time, title, text and tags), as a table, and as lines of a log, which is
 * how Explore shows them: the first text is the line, `level` its colour.
 */
export function eventsFrame(refId: string, { events, omitted, subjects, step }: EventsFound): DataFrame {
  const rows = events.map((event) =>
    rowOf(event, subjects.get(containerKey(event.host, event.container)), step),
  );
  const [first] = rows;
  const cut = `Only the latest ${events.length} of ${events.length + omitted} events are shown. Choose hosts, namespaces or containers, or a shorter time range, to see the others.`;
  if (first !== undefined && omitted > 0) {
    rows.unshift({
      at: first.at,
      title: 'Earlier events are left out',
      text: cut,
      tags: ['left out'],
      level: 'warning',
      host: '',
      container: '',
      image: '',
    });
  }
  const text = (name: string, displayName: string, read: (row: Row) => string) =>
    textColumn(name, rows.map(read), { displayName });
  return {
    refId,
    name: 'Container events',
    length: rows.length,
    meta: {
      preferredVisualisationType: 'logs',
      ...(omitted > 0 ? { notices: [{ severity: 'warning', text: cut }] } : {}),
    },
    fields: [
      times(rows.map(({ at }) => at)),
      text('text', 'Text', (row) => row.text),
      text('title', 'Title', (row) => row.title),
      text('tags', 'Tags', ({ tags }) => tags.join(',')),
      text('level', 'Level', ({ level }) => level),
      text('host', 'Host', ({ host }) => host),
      text('container', 'Container', ({ container }) => container),
      text('image', 'Image', ({ image }) => image),
    ],
  };
}

function rowOf(event: ContainerEvent, subject: EventSubject | undefined, step: number): Row {
  const { kind, host, container: id, at, exitCode = 0 } = event;
  const { name = '', image = '', namespace = '' } = subject ?? {};
  const container = name === '' ? id : name;
  return {
    at,
    title: `${TITLES[kind]}: ${container}`,
    text: `${container} on ${host} ${happened(event, step)}`,
    tags: [kind, host, container, namespace].filter((tag) => tag !== ''),
    level: kind === 'oom' || exitCode !== 0 ? 'error' : kind === 'restart' ? 'warning' : 'info',
    host,
    container,
    image,
  };
}

function happened({ kind, count, exitCode, isGone = false }: ContainerEvent, step: number): string {
  const often = count > 1 ? ` ${count} times` : '';
  switch (kind) {
    case 'start':
      return 'started.';
    case 'restart':
      return `was restarted${often} by the runtime’s restart policy.`;
    case 'stop':
      return isGone
        ? `ended and was removed, at most ${step} s before.`
        : `stopped${exitCode === undefined ? '' : ` with exit code ${exitCode}${meaningOf(exitCode)}`}, at most ${step} s before.`;
    case 'oom':
      return `ran out of memory: the kernel killed ${count === 1 ? 'a process' : `${count} processes`} of it, at most ${step} s before.`;
  }
}

/** Shells and runtimes add the signal's number to 128. */
function meaningOf(exitCode: number): string {
  switch (exitCode) {
    case 137:
      return ' (killed: by the kernel for want of memory, or since it did not stop in time)';
    case 139:
      return ' (crashed: it touched memory that is not its own)';
    case 143:
      return ' (it was asked to stop)';
    default:
      return '';
  }
}

function times(values: number[]): Field {
  return { name: 'time', type: 'time' as unknown as FieldType, config: { displayName: 'Time' }, values };
}
