import { expect, it } from 'vitest';
import { parseSocketsInUse } from './socket-statistics.js';

it('reads how many sockets a namespace uses, without those in TIME_WAIT', () => {
  const sockstat = `sockets: used 34
TCP: inuse 3 orphan 0 tw 7 alloc 4 mem 262
UDP: inuse 2 mem 0
UDPLITE: inuse 0
RAW: inuse 0
FRAG: inuse 0 memory 0
`;
  const sockstat6 = `TCP6: inuse 5
UDP6: inuse 1
UDPLITE6: inuse 0
RAW6: inuse 0
FRAG6: inuse 0 memory 0
`;
  expect(parseSocketsInUse(sockstat, sockstat6)).toEqual({ tcp4: 3, tcp6: 5, udp4: 2, udp6: 1 });
});

it('reads none of what is not there', () => {
  expect(parseSocketsInUse('', '')).toEqual({ tcp4: 0, tcp6: 0, udp4: 0, udp6: 0 });
});
