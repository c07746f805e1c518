import type { DataQuery } from '@grafana/schema';
import * as z from 'zod/mini';

/** What can happen to a container. A restart is a start by the engine's restart policy. */
export const EVENT_KINDS = ['start', 'restart', 'stop', 'oom'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** What happened to containers within the time range, for annotations and for Explore. Texts may hold variables. */
export interface EventsQuery extends DataQuery {
  readonly queryType: 'events';
  /** Absent or empty: all kinds. */
  readonly kinds?: readonly EventKind[];
  /** Only on these hosts; absent or empty: on all. */
  readonly hosts?: readonly string[];
  /** Only of these projects, stacks or namespaces; absent or empty: of all. */
  readonly namespaces?: readonly string[];
  /** Only of containers of these names; absent or empty: of all. */
  readonly containers?: readonly string[];
}

const texts = z.catch(z.array(z.string()), []);
const schema = z.object({
  kinds: z.catch(z.array(z.enum(EVENT_KINDS)), []),
  hosts: texts,
  namespaces: texts,
  containers: texts,
});

/** The query as one of events; undefined for any other. A saved query may lack anything, and hold anything. */
export function asEventsQuery(query: DataQuery): EventsQuery | undefined {
  return query.queryType === 'events' ? { ...query, queryType: 'events', ...schema.parse(query) } : undefined;
}
