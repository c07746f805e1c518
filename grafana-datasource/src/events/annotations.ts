import type { AnnotationQuery, AnnotationSupport } from '@grafana/data';
import { AnnotationQueryEditor } from '../components/AnnotationQueryEditor';
import { asTopologyQuery, type TopologyQuery } from '../settings';
import { asEventsQuery } from './events-query';

/**
 * Containers' events as annotations of a dashboard. Grafana itself reads `time`, `title`, `text` and `tags` of the frame;
 * only events are asked for, whatever an annotation that was written by hand says.
 */
export const eventAnnotations: AnnotationSupport<TopologyQuery> = {
  QueryEditor: AnnotationQueryEditor,
  getDefaultQuery: () => eventsQuery(undefined),
  prepareQuery: ({ target }: AnnotationQuery<TopologyQuery>) => eventsQuery(target),
};

function eventsQuery(target: TopologyQuery | undefined): TopologyQuery {
  const refId = target?.refId ?? 'Anno';
  return asTopologyQuery((target && asEventsQuery(target)) ?? { refId, queryType: 'events' });
}
