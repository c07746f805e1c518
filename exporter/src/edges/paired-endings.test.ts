import { describe, expect, it } from 'vitest';
import { emptyTally } from './edge.js';
import { otherEndOf } from './endpoint.js';
import { type Ending, PairedEndings } from './paired-endings.js';
import { TrackedNamespace } from './tracked-namespace.js';

describe('PairedEndings', () => {
  it.each([
    ['adds the byte that looked like a FIN and was payload', { octets: 100, credited: 99, sent: 100 }, 100],
    ['leaves the FIN out', { octets: 101, credited: 100, sent: 100 }, 100],
    ['takes nothing back: a counter never falls', { octets: 101, credited: 101, sent: 100 }, 101],
    ['counts what was received only, where more was sent', { octets: 60, credited: 60, sent: 100 }, 60],
  ])('%s', (_, { octets, credited, sent }, payload) => {
    const tally = emptyTally(0);
    tally.receivedBytes = credited;
    const endings = new PairedEndings();
    endings.add(ending({ receivedOctets: octets, creditedBytes: credited, tally }));
    endings.add(ending({ end: otherEndOf(END), sentBytes: sent }));
    expect(tally.receivedBytes).toBe(payload);
  });

  it('lets an ending wait for its own other end, though one of an earlier connection between the same ports waits', () => {
    const tallies = [emptyTally(0), emptyTally(0)] as const;
    const endings = new PairedEndings();
    endings.add(ending({ receivedOctets: 11, creditedBytes: 10, sentBytes: 50, tally: tallies[0] }));
    endings.add(ending({ receivedOctets: 100, creditedBytes: 99, sentBytes: 50, tally: tallies[1] }));
    const others = [ending({ end: otherEndOf(END), sentBytes: 100, receivedOctets: 50 })];
    others.push(ending({ end: otherEndOf(END), sentBytes: 10, receivedOctets: 51 }));
    others.forEach((other) => expect(endings.add(other)).toBeDefined());
    expect(tallies.map(({ receivedBytes }) => receivedBytes)).toEqual([0, 1]);
    expect(endings.placeOf(END)).toBeUndefined();
  });

  it('settles by themselves all but a few that wait with the same ends, and later these', () => {
    const tally = emptyTally(0);
    const endings = new PairedEndings();
    endings.expire(60_000);
    for (let count = 0; count < 20; count++) {
      endings.add(ending({ receivedOctets: 10, creditedBytes: 9, likelyBytes: 10, tally }));
    }
    expect(tally.receivedBytes).toBe(12);
    endings.expire(120_000);
    endings.expire(180_000);
    expect(tally.receivedBytes).toBe(20);
  });

  it('settles an ending by itself whose other end has not shown up for a minute, and not before', () => {
    const tally = emptyTally(0);
    const endings = new PairedEndings();
    endings.expire(60_000);
    endings.add(ending({ receivedOctets: 101, creditedBytes: 100, likelyBytes: 101, tally }));
    endings.expire(119_000);
    endings.expire(120_000);
    expect([tally.receivedBytes, endings.placeOf(END)?.inode]).toEqual([0, 1]);
    endings.expire(180_000);
    expect([tally.receivedBytes, endings.placeOf(END)]).toEqual([1, undefined]);
  });
});

const END = { local: { address: 'a', port: 1 }, peer: { address: 'b', port: 2 } };

function ending(some: Partial<Ending>): Ending {
  return {
    end: END,
    sentBytes: 0,
    receivedOctets: 0,
    creditedBytes: 0,
    likelyBytes: 0,
    orderly: true,
    tally: emptyTally(0),
    namespace: new TrackedNamespace(1, false),
    ...some,
  };
}
