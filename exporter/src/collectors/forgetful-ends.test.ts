import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SocketRecord } from '../kernel/socket-record.js';
import { OthersOfForgetful, isForgetful } from './forgetful-ends.js';

interface End {
  readonly record: SocketRecord;
  readonly heardAt: number;
}

const CLIENT = '10.0.0.1';
const SERVER = '10.0.0.2';

/** A client's end, which its server has aborted. */
function reset(port: number, heardAt: number, server = SERVER): End {
  return { record: recordOf(CLIENT, port, server, 80), heardAt };
}

/** The server's. */
function forgetful(heardAt: number): End {
  return { record: recordOf('0.0.0.0', 80, CLIENT, 0), heardAt };
}

function recordOf(
  localAddress: string,
  localPort: number,
  peerAddress: string,
  peerPort: number,
): SocketRecord {
  return {
    ...{ protocol: 'tcp', family: 'ipv4', state: 7, localAddress, localPort, peerAddress, peerPort },
    ...{ cookie: 1, inode: 0, cgroupId: 0, ipv6Only: false, counters: undefined },
  };
}

const any = (): boolean => true;

describe('OthersOfForgetful', () => {
  it('tells the other end to one that has forgotten it, once', () => {
    const other = reset(40_000, 5);
    const end = forgetful(5);
    const others = new OthersOfForgetful([other, end]);
    expect(others.find(end, any)).toBe(other);
    expect(others.take(end, any)).toBe(other);
    expect(others.find(end, any)).toBeUndefined();
    expect(others.take(end, any)).toBeUndefined();
  });

  it('tells none that ended at another time', () => {
    const end = forgetful(20_000);
    const others = new OthersOfForgetful([reset(1, 19_000), reset(2, 30_000), end]);
    expect(others.take(end, any)).toBeUndefined();
  });

  it('passes over those that cannot be', () => {
    const other = reset(2, 5, SERVER);
    const end = forgetful(5);
    const others = new OthersOfForgetful([reset(1, 5, '10.0.0.3'), other, end]);
    expect(others.take(end, ({ record }) => record.peerAddress === SERVER)).toBe(other);
  });

  it('takes what a search through all of them takes', () => {
    const time = fc.integer({ min: 0, max: 14_000 });
    fc.assert(
      fc.property(fc.array(time, { maxLength: 40 }), fc.array(time, { maxLength: 40 }), (heard, asked) => {
        const ends = heard.map((heardAt, port) => reset(port + 1, heardAt));
        const askers = asked.map(forgetful);
        const others = new OthersOfForgetful([...ends, ...askers]);
        const left = ends.toSorted((a, b) => a.heardAt - b.heardAt);
        for (const end of askers) {
          const index = left.findIndex(
            ({ heardAt }) => end.heardAt - heardAt < 1_000 && heardAt - end.heardAt < 10_000,
          );
          const [expected] = index < 0 ? [] : left.splice(index, 1);
          expect(others.take(end, any)).toBe(expected);
        }
      }),
    );
  });

  it('looks at few of very many that look alike', () => {
    const ends = Array.from({ length: 30_000 }, (_, index) => [
      reset(index + 1, index),
      forgetful(index),
    ]).flat();
    const others = new OthersOfForgetful(ends);
    let looks = 0;
    const taken = ends.filter(isForgetful).filter((end) =>
      others.take(end, () => {
        looks++;
        return true;
      }),
    );
    expect(taken).toHaveLength(30_000);
    expect(looks).toBe(30_000);
    for (const end of ends.filter(isForgetful)) {
      others.take(end, () => {
        looks++;
        return false;
      });
    }
    expect(looks).toBe(30_000);
  });
});
