import {
  connectionRetransmits,
  connectionSentBytes,
} from '@toposcope/exporter/contract/connection-families.js';
import { select } from '../../promql/select.js';
import type { Alert } from '../rule.js';

const again = `sum by (cluster, host) (rate(${select(connectionRetransmits)}[5m]))`;
const bytes = `sum by (cluster, host) (rate(${select(connectionSentBytes)}[5m]))`;

/**
 * The segments that were sent are not counted, so they are estimated: 1,448 payload bytes fill one on Ethernet, and
 * fewer make the estimate too low. Hence the floor of one segment a second.
 */
export const retransmits: Alert = {
  name: 'ToposcopeRetransmits',
  severity: 'warning',
  for: '15m',
  expr: `${again} / (${again} + ${bytes} / 1448) > 0.05 and ${again} > 1`,
  summary: '{{ $labels.host }} sends many TCP segments twice',
  description:
    'About {{ $value | humanizePercentage }} of the TCP segments that {{ $labels.host }} has sent for fifteen minutes were sent again. Packets are lost between it and its peers: connections are slow and may break.',
};
