import type { Container } from '../runtimes/container.js';
import * as families from '../contract/connection-families.js';
import type { HostName } from '../contract/ids.js';
import { renderLabels, type RenderedLabels } from '../contract/labels.js';
import type { Edge, Tally } from '../edges/edge.js';
import { EMBEDDED_RESOLVER } from '../edges/embedded-resolver.js';
import type { Listener } from '../edges/listening-set.js';
import type { Family } from '../contract/family.js';
import type { SampleSink } from './collector.js';

/** Writes the edges' families. Labels were rendered when the edge was made; here only numbers are read. */
export function writeEdges(sink: SampleSink, edges: readonly Edge[], folded: number): void {
  for (const [family, value] of EDGE_FAMILIES) {
    sink.family(family);
    for (const edge of edges) {
      sink.sample(edge.rendered, value(edge));
    }
    if (folded > 0) {
      sink.dropped(folded);
    }
  }
  const counting = edges.filter(({ hasCounters }) => hasCounters);
  for (const [family, value] of BYTE_FAMILIES) {
    sink.family(family);
    for (const edge of counting) {
      sink.sample(edge.rendered, value(edge));
    }
  }
  const ofTcp = counting.filter(({ labels }) => labels.protocol === 'tcp');
  sink.family(families.connectionRetransmits);
  for (const edge of ofTcp) {
    sink.sample(edge.rendered, edge.retransmittedSegments);
  }
  sink.family(families.connectionRtt);
  for (const edge of ofTcp) {
    sink.summary(edge.rendered, edge.rttSecondsSum, edge.rttSamples);
  }
}

const EDGE_FAMILIES: readonly (readonly [Family, (tally: Tally) => number])[] = [
  [families.connectionsOpen, (tally) => tally.open],
  [families.connectionsOpened, (tally) => tally.opened],
  [families.connectionsClosed, (tally) => tally.closed],
  [families.connectionsFailed, (tally) => tally.failed],
];

const BYTE_FAMILIES: readonly (readonly [Family, (tally: Tally) => number])[] = [
  [families.connectionSentBytes, (tally) => tally.sentBytes],
  [families.connectionReceivedBytes, (tally) => tally.receivedBytes],
];

/** Writes who listens where; workers that share a port are one row. */
export function writeListeners(
  sink: SampleSink,
  host: HostName,
  listeners: Iterable<Listener>,
  containers: readonly Container[],
  limit: number,
): void {
  const published = new Set(
    containers.flatMap(({ id, ports }) => ports.map(({ port, protocol }) => `${id} ${protocol} ${port}`)),
  );
  const rows = new Set<RenderedLabels>();
  let dropped = 0;
  for (const { owner, holder = owner, protocol, address, port } of listeners) {
    if (address === EMBEDDED_RESOLVER) {
      continue;
    }
    const containerId = holder?.containerId ?? '';
    const row = renderLabels(families.listenerInfo, {
      host,
      container_id: containerId,
      process: holder?.process ?? '',
      protocol,
      ip: address,
      port: String(port),
      published: published.has(`${containerId} ${protocol} ${port}`) ? 'yes' : 'no',
    });
    if (rows.size < limit || rows.has(row)) {
      rows.add(row);
    } else {
      dropped++;
    }
  }
  sink.family(families.listenerInfo);
  for (const row of rows) {
    sink.sample(row, 1);
  }
  if (dropped > 0) {
    sink.dropped(dropped);
  }
}
