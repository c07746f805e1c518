import { expect, it } from 'vitest';
import { vectorOfRows } from '../fixtures/vector-of-rows';
import { complete } from '../graph/steps';
import { buildTopology } from './build';
import { hostsView } from './hosts';

const OPTIONS = { hosts: [], stopped: false, unconnected: true, outside: true, scope: [] };

it('draws nothing beside a host where nobody can tell which of its containers was dialled', () => {
  const one = (labels: Record<string, string>) => vectorOfRows([{ labels, value: 1 }]);
  const answers = {
    hostInfo: one({ host: 'a' }),
    containerAddresses: one({ host: 'a', container_id: 'web', network: 'left', ip: '172.17.0.2' }),
    listeners: one({ host: 'a', container_id: 'web', process: 'web', protocol: 'tcp', ip: '::', port: '80' }),
    edgeOpen: one({ host: 'a', role: 'client', protocol: 'tcp', port: '80', peer_ip: '172.17.0.2' }),
  };
  const { nodes, edges } = complete(buildTopology(hostsView, answers, OPTIONS, { at: 0, notices: [] }));
  expect([nodes.map(({ id }) => id), edges]).toEqual([['host:a'], []]);
});
