import { describe, expect, it } from 'vitest';
import { addReceived, emptyTally } from './edge.js';
import { type Ending, PairedEndings } from './paired-endings.js';
import { TrackedNamespace } from './tracked-namespace.js';

describe('PairedEndings', () => {
  it.each([
    ['adds the byte that looked like a FIN and was payload', { octets: 100, credited: 99, sent: 100 }, 100],
    ['leaves the FIN out', { octets: 101, credited: 100, sent: 100 }, 100],
    ['takes back a FIN that was credited as payload', { octets: 101, credited: 101, sent: 100 }, 100],
    ['counts what was received only, where more was sent', { octets: 60, credited: 60, sent: 100 }, 60],
  ])('%s', (_, { octets, credited, sent }, payload) => {
    const tally = emptyTally(0);
    addReceived(tally, credited);
    const endings = new PairedEndings();
    endings.add(ending({ receivedOctets: octets, creditedBytes: credited, tally }));
    endings.add(ending({ key: 'b 2 a 1', otherKey: 'a 1 b 2', sentBytes: sent }));
    addReceived(tally, 1_000);
    expect(tally.receivedBytes).toBe(payload + 1_000);
  });

  it('never lets a counter fall: what is taken back is left out of what comes next', () => {
    const tally = emptyTally(0);
    addReceived(tally, 101);
    const endings = new PairedEndings();
    endings.add(ending({ receivedOctets: 101, creditedBytes: 101, tally }));
    endings.add(ending({ key: 'b 2 a 1', otherKey: 'a 1 b 2', sentBytes: 100 }));
    expect(tally.receivedBytes).toBe(101);
    addReceived(tally, 1);
    expect(tally.receivedBytes).toBe(101);
  });
});

function ending(some: Partial<Ending>): Ending {
  return {
    key: 'a 1 b 2',
    otherKey: 'b 2 a 1',
    sentBytes: 0,
    receivedOctets: 0,
    creditedBytes: 0,
    orderly: true,
    tally: emptyTally(0),
    endedAt: 0,
    namespace: new TrackedNamespace(1, false),
    ...some,
  };
}
