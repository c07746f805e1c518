import { beforeEach, describe, expect, it } from 'vitest';
import { GivenIds, IN_DOUBT } from './given-ids.js';

/** As Linux 6.18 announced what `ip netns set NAME 77` did, and the deletion of that namespace. */
const GIVEN = Buffer.from('1c00000058000000bfe8016b7241000000000000080001004d000000', 'hex');
const FREE = Buffer.from('1c00000059000000000000000000000000000000080001004d000000', 'hex');
const ID = 77;
const HEADER_BYTES = 16;

describe('GivenIds', () => {
  let ids: GivenIds;

  beforeEach(() => {
    ids = new GivenIds();
    turn(GIVEN);
  });

  function turn(...messages: readonly Buffer[]): number {
    ids.turn();
    for (const message of messages) {
      ids.take(message, HEADER_BYTES, message.length, message.readUInt16LE(4));
    }
    return ids.timesInTurn(ID);
  }

  it.each([
    ['of the first that had the id', [], 1],
    ['of the one that has had it until now', [FREE], 1],
    ['of either, where it was freed and given again since the last turn', [FREE, GIVEN], IN_DOUBT],
  ])('knows that what is read in a turn is %s', (_, messages, expected) => {
    expect(turn(...messages)).toBe(expected);
  });

  it('knows that it is of the next one, when the id was free a turn before', () => {
    turn(FREE);
    expect([turn(GIVEN), turn()]).toEqual([2, 2]);
  });

  it('doubts for one turn only', () => {
    turn(FREE, GIVEN);
    expect([turn(), ids.timesInTurn(ID + 1)]).toEqual([2, 0]);
  });

  it('takes nothing from a message that is cut short, or about something else', () => {
    const other = Buffer.from(GIVEN);
    other.writeUInt16LE(16, 4);
    expect(turn(GIVEN.subarray(0, 24), GIVEN.subarray(0, HEADER_BYTES), other)).toBe(1);
  });
});
