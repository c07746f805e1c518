import type { DataFrame } from '@grafana/data';
import { ROWS_A_STEP, type Steps } from '../graph/steps';
import type { EdgeLink, Topology, TopologyEdge } from '../graph/topology';
import { bytesOf } from '../graph/traffic';
import { numberColumn, textColumn } from './columns';
import { overlayValue } from './overlay-value';

/**
 * The edges as Grafana's node graph reads them. Loops are left out: it draws a line between two points, and a node has
 * only one.
 */
export function* edgesFrame({ edges, overlays = [] }: Topology): Steps<DataFrame> {
  const columns = {
    id: [] as string[],
    source: [] as string[],
    target: [] as string[],
    main: [] as (number | null)[],
    open: [] as number[],
    thickness: [] as number[],
    color: [] as string[],
    ports: [] as string[],
    opened: [] as number[],
    failed: [] as number[],
    retransmits: [] as (number | null)[],
    rtt: [] as (number | null)[],
  };
  const own = edges.find(({ value }) => value !== undefined)?.value;
  let row = 0;
  for (const edge of edges) {
    const { traffic } = edge;
    if (!isLine(edge)) {
      continue;
    }
    columns.id.push(edge.id);
    columns.source.push(edge.source);
    columns.target.push(edge.target);
    columns.main.push(mainNumber(edge));
    columns.open.push(traffic.open);
    columns.thickness.push(thicknessOf(edge));
    columns.color.push(traffic.failed > 0 ? 'red' : 'gray');
    columns.ports.push(portsText(edge.links));
    columns.opened.push(traffic.opened);
    columns.failed.push(traffic.failed);
    columns.retransmits.push(traffic.retransmits);
    columns.rtt.push(traffic.rtt);
    if (++row % ROWS_A_STEP === 0) {
      yield;
    }
  }
  return {
    name: 'edges',
    length: columns.id.length,
    meta: { preferredVisualisationType: 'nodeGraph' },
    fields: [
      textColumn('id', columns.id, { displayName: 'Id' }),
      textColumn('source', columns.source, { displayName: 'Client' }),
      textColumn('target', columns.target, { displayName: 'Server' }),
      numberColumn('mainstat', columns.main, {
        displayName: own?.label ?? 'Throughput',
        unit: own?.unit ?? 'Bps',
        decimals: own === undefined ? 1 : null,
      }),
      numberColumn('secondarystat', columns.open, {
        displayName: 'Open connections',
        unit: 'short',
        decimals: 0,
      }),
      numberColumn('thickness', columns.thickness, { displayName: 'Line width', unit: 'px', decimals: 1 }),
      textColumn('color', columns.color, { displayName: 'Color' }),
      textColumn('detail__ports', columns.ports, { displayName: 'Ports' }),
      numberColumn('detail__opened', columns.opened, {
        displayName: 'Connections',
        unit: 'cps',
        decimals: 2,
      }),
      numberColumn('detail__failed', columns.failed, { displayName: 'Failed', unit: 'cps', decimals: 2 }),
      numberColumn('detail__retransmits', columns.retransmits, {
        displayName: 'Segments sent again',
        unit: 'cps',
        decimals: 2,
      }),
      numberColumn('detail__rtt', columns.rtt, { displayName: 'Round-trip time', unit: 's', decimals: 2 }),
      ...overlays
        .filter(({ show }) => show === 'width')
        .map(({ key, label, unit }) => {
          const values = edges.filter(isLine).map((edge) => overlayValue(edge, key));
          return numberColumn(`detail__${key}`, values, { displayName: label, unit });
        }),
    ],
  };
}

function isLine({ source, target }: TopologyEdge): boolean {
  return source !== target;
}

/** `tcp/443, udp/53`; the protocol alone where the server's port is not known. */
export function portsText(links: readonly EdgeLink[]): string {
  const [only] = links;
  return links.length === 1 && only !== undefined ? portText(only) : links.map(portText).join(', ');
}

function portText({ protocol, port }: EdgeLink): string {
  return port === '' ? protocol : `${protocol}/${port}`;
}

/** The value of PromQL of the user's own, else the bytes per second both ways. */
function mainNumber({ value, traffic }: TopologyEdge): number | null {
  if (value !== undefined) {
    return value.value;
  }
  return traffic.requestBytes === null && traffic.responseBytes === null ? null : bytesOf(traffic);
}

/** One pixel, and one more for each hundredfold of bytes per second. */
function thicknessOf({ traffic }: TopologyEdge): number {
  return 1 + Math.log10(1 + bytesOf(traffic)) / 2;
}
