import { useStyles2 } from '@grafana/ui';
import React, { useState } from 'react';
import type { Traffic } from 'toposcope-topology-datasource/graph/topology';
import { retransmitShare } from '../trouble/retransmit-share';
import { cardStyles } from './card-styles';
import type { Connection } from './connections';
import { formatValue } from './format';
import { UNMEASURED } from './unmeasured';

/** Rows before the rest is asked for. */
const FIRST_ROWS = 12;

interface Props {
  readonly connections: readonly Connection[];
  /** Opens the card of the peer. */
  readonly onOpen: (id: string) => void;
}

/** Peers with their ports and traffic; what goes wrong stands below the name. */
export function ConnectionTable({ connections, onOpen }: Props): React.JSX.Element {
  const styles = useStyles2(cardStyles);
  const [all, setAll] = useState(false);
  const shown = all ? connections : connections.slice(0, FIRST_ROWS);
  return (
    <>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Peer and port</th>
            <th scope="col" title="Connections that are open now; of UDP, flows that the kernel tracks">
              Open
            </th>
            <th scope="col" title="Bytes per second from client to server">
              Sent
            </th>
            <th scope="col" title="Bytes per second from server to client">
              Answered
            </th>
            <th scope="col" title="Mean round-trip time">
              RTT
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ key, peerId, peer, port, protocol, traffic, value }) => (
            <tr key={key}>
              <td>
                <button type="button" className={styles.link} title={peer} onClick={() => onOpen(peerId)}>
                  {peer}
                </button>
                {value ? (
                  <div className={styles.port}>
                    {value.label} {formatValue(value.value, value.unit)}
                  </div>
                ) : (
                  <PortAndTrouble protocol={protocol} port={port} traffic={traffic} />
                )}
              </td>
              <TrafficCells protocol={protocol} traffic={traffic} />
            </tr>
          ))}
        </tbody>
      </table>
      {connections.length > shown.length && (
        <button type="button" className={styles.link} onClick={() => setAll(true)}>
          Show all {connections.length}
        </button>
      )}
    </>
  );
}

interface TrafficCellsProps {
  readonly protocol: string;
  readonly traffic: Traffic;
}

/** UDP knows no connection: what is tracked counts as open, and that nothing is says nothing. */
export function TrafficCells({ protocol, traffic }: TrafficCellsProps): React.JSX.Element {
  return (
    <>
      <td>{protocol === 'udp' && traffic.open === 0 ? UNMEASURED : formatValue(traffic.open, 'short')}</td>
      <td>{formatValue(traffic.requestBytes, 'Bps')}</td>
      <td>{formatValue(traffic.responseBytes, 'Bps')}</td>
      <td>{formatValue(traffic.rtt, 's')}</td>
    </>
  );
}

export function PortAndTrouble({
  protocol,
  port,
  traffic,
}: {
  readonly protocol: string;
  readonly port: string;
  readonly traffic: Traffic;
}): React.JSX.Element {
  const styles = useStyles2(cardStyles);
  const retransmits = traffic.retransmits ?? 0;
  const share = retransmitShare(traffic);
  return (
    <>
      <div className={styles.port}>
        {[protocol, port].filter((part) => part !== '').join(' ') || 'port not known'}
      </div>
      {retransmits > 0 && (
        <div className={styles.trouble}>
          {formatValue(retransmits, 'short')} retransmits/s
          {share !== null && ` (${formatValue(share, 'percentunit')})`}
        </div>
      )}
      {traffic.failed > 0 && (
        <div className={styles.failure}>{formatValue(traffic.failed, 'short')} failed/s</div>
      )}
    </>
  );
}
